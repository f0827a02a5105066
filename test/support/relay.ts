import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to the tests' Postgres that can be cut and mended, as when the database or the network goes away. */
export class Relay {
  private readonly sockets = new Set<Socket>();
  private server?: Server;
  private port = 0;
  private silent = false;

  private constructor(private readonly target: URL) {}

  static async to(url: string): Promise<Relay> {
    const relay = new Relay(new URL(url));
    await relay.mend();
    return relay;
  }

  /** The database's address by way of this. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  /** Ends all connections and takes no more. */
  async cut(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Keeps connections open, and lets nothing through any more. */
  swallow(): void {
    this.silent = true;
    for (const socket of this.sockets) socket.unpipe();
    for (const socket of this.sockets) socket.resume();
  }

  /** Takes connections again, at the same address. */
  async mend(): Promise<void> {
    this.silent = false;
    if (this.server) return;
    const server = createServer((socket) => this.join(socket));
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as { port: number }).port;
  }

  private join(near: Socket): void {
    const far = connect(Number(this.target.port), this.target.hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
      if (this.silent) one.resume();
      else one.pipe(other);
    }
  }
}
