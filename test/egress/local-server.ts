import { createServer, type RequestListener } from 'node:http';

export interface LocalServer {
  url: string;
  port: number;
  /** Connections taken so far. */
  connections(): number;
  close(): Promise<void>;
}

/** A real HTTP server on the loopback, on a free port. */
export async function startServer(listener: RequestListener): Promise<LocalServer> {
  let connections = 0;
  const server = createServer(listener);
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
