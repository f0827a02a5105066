import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificate.js';

export interface FrontOptions {
  /** The name of this machine that browsers reach it by: to them, another name is another site. */
  host: 'localhost' | '127.0.0.1';
  /** What stands behind it; asked with each request, because it may only start later. */
  target?: () => string;
  /** With one it speaks https. */
  certificate?: Certificate;
}

/** A web server in front of another: it gives that an origin of its own, and serves pages besides. */
export class Front {
  /** HTML by path. */
  readonly pages = new Map<string, string>();

  private constructor(
    private readonly server: Server,
    /** Its origin. */
    readonly url: string,
  ) {}

  static async start({ host, target, certificate }: FrontOptions): Promise<Front> {
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      const page = front.pages.get(String(request.url));
      if (page !== undefined) response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
      else if (target) handOn(request, response, target());
      else response.writeHead(404).end();
    };
    const server = certificate ? createTlsServer(certificate, answer) : createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const front = new Front(server, `${certificate ? 'https' : 'http'}://${host}:${port}`);
    return front;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function handOn(from: IncomingMessage, to: ServerResponse, target: string): void {
  const { method, headers, url = '/' } = from;
  const onward = request(new URL(url, target), { method, headers }, (answer) => {
    to.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(to);
  });
  onward.on('error', () => to.destroy());
  from.pipe(onward);
}
