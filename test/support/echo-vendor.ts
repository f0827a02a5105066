import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A vendor that signs anybody in with a token of the test's choice, and answers every other call with all that it was sent. */
export interface EchoVendor {
  url: string;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** @param token What it hands out. @param signsIn Whether it does; else it echoes there too. */
export async function startEchoVendor(token: string, options: { signsIn: boolean }): Promise<EchoVendor> {
  let answered = 0;
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const json = { 'content-type': 'application/json' };
      if (request.url?.startsWith('/authinfo') || request.url?.startsWith('/api/authinfo')) {
        response.writeHead(200, json).end(JSON.stringify({ auth_url: `${url}/auth`, tenant_id: 'echo' }));
      } else if (options.signsIn && request.url?.includes('/token')) {
        response.writeHead(200, json).end(JSON.stringify({ access_token: token, token, expires_in: 3600, expiresInSeconds: 3600 }));
      } else {
        const { authorization = '', 'x-subscription-key': key = '' } = request.headers;
        // Where such texts are cut moves along, so that some are cut within a secret.
        const before = '-'.repeat(((answered += 1) * 37) % 520);
        const said = `${authorization.split(' ').at(-1)} ${String(key)} ${body} ${decodeURIComponent(body)} ${JSON.stringify(request.headers)}`;
        const echo = `${before} You sent ${said} ${'and so on '.repeat(200)}`;
        const status = options.signsIn ? 500 : 401;
        response.writeHead(status, json).end(JSON.stringify({ message: echo, error: echo, error_description: echo, correlationId: echo }));
      }
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
