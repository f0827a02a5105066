import type { RequestListener } from 'node:http';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createHttp, egressPolicy, UpstreamError, type EgressPolicy, type Http, type HttpOptions } from '../../src/egress/index.js';
import { startServer, type LocalServer } from './local-server.js';

const policy = egressPolicy({ allow: ['127.0.0.1'] });
const ANYWHERE: EgressPolicy = { check: () => undefined, checkAddress: () => undefined };
const SECRET = 'do-not-show-this';

let server: LocalServer | undefined;
let http: Http | undefined;

afterEach(async () => {
  http?.close();
  await server?.close();
  http = server = undefined;
});

async function serve(listener: RequestListener, options: Partial<HttpOptions> = {}): Promise<Http> {
  server = await startServer(listener);
  http = createHttp({ vendor: 'psa', baseUrl: `${server.url}/base/`, policy, timeoutMs: 5000, ...options });
  return http;
}

async function failure(work: Promise<unknown>): Promise<UpstreamError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof UpstreamError) return error;
  throw new Error(`not an UpstreamError: ${inspect(error)}`);
}

describe('an answer', () => {
  it.each([200, 201, 204, 302, 400, 401, 404, 429, 500, 503])('comes back for HTTP %i', async (status) => {
    const client = await serve((_request, response) => response.writeHead(status, { 'X-Test': 'a' }).end());
    const answer = await client.request({ method: 'GET', path: '/x' });
    expect(answer).toMatchObject({ status, headers: { 'x-test': 'a' }, text: '', json: undefined, contentType: '' });
  });

  it('tells JSON from what is not', async () => {
    const bodies = ['{"a":[1]}', '<html>', '{"a":', '', 'null'];
    const client = await serve((request, response) => {
      response.setHeader('Content-Type', 'Application/JSON; charset=utf-8');
      response.end(bodies[Number(request.url?.slice('/base/'.length))]);
    });
    const answers = await Promise.all(bodies.map((_body, index) => client.request({ method: 'GET', path: `/${index}` })));
    expect(answers.map((answer) => answer.json)).toEqual([{ a: [1] }, undefined, undefined, undefined, null]);
    expect(answers.map((answer) => answer.text)).toEqual(bodies);
    expect(answers[0]?.contentType).toBe('application/json');
  });

  it('is read with a byte order mark before it, and in compressed form', async () => {
    const body = '\uFEFF{"a":"ä"}';
    const client = await serve((request, response) => {
      const packed = request.headers['accept-encoding']?.includes('gzip') === true;
      response.writeHead(200, packed ? { 'Content-Encoding': 'gzip' } : {}).end(packed ? gzipSync(body) : body);
    });
    const asIs = { 'Accept-Encoding': 'identity' };
    for (const headers of [undefined, asIs]) {
      expect(await client.request({ method: 'GET', path: '/x', headers })).toMatchObject({ text: '{"a":"ä"}', json: { a: 'ä' } });
    }
  });

  it('is not followed when it is a redirect', async () => {
    const seen: (string | undefined)[] = [];
    const client = await serve((request, response) => {
      seen.push(request.url);
      response.writeHead(307, { Location: '/base/elsewhere' }).end();
    });
    expect((await client.request({ method: 'POST', path: '/x', body: {} })).status).toBe(307);
    expect(seen).toEqual(['/base/x']);
  });
});

describe('a request', () => {
  it('carries query, headers and body', async () => {
    let seen: unknown;
    const client = await serve((request, response) => {
      request.setEncoding('utf8');
      let body = '';
      request.on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        seen = { url: request.url, method: request.method, type: request.headers['content-type'], key: request.headers['x-key'], body };
        response.end();
      });
    });
    await client.request({
      method: 'POST',
      path: '/x',
      query: { a: 1, b: undefined, c: 'ü&' },
      headers: { 'X-Key': 'k' },
      body: { n: 'ä' },
    });
    expect(seen).toEqual({ url: '/base/x?a=1&c=%C3%BC%26', method: 'POST', type: 'application/json', key: 'k', body: '{"n":"ä"}' });
    await client.request({ method: 'POST', path: '/x', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'a=b' });
    expect(seen).toMatchObject({ type: 'application/x-www-form-urlencoded', body: 'a=b' });
  });

  it.each(['/../x', '/%2e%2e/x', '@example.com/', '.example.com', 'x'])('does not leave the base by the path %s', async (path) => {
    const client = await serve((_request, response) => response.end());
    await expect(client.request({ method: 'GET', path })).rejects.toThrow(/below the base/);
    expect(server?.connections()).toBe(0);
  });

  it('keeps its connection for the next one', async () => {
    const client = await serve((_request, response) => response.end('{}'));
    for (let n = 0; n < 5; n += 1) await client.request({ method: 'GET', path: '/x' });
    expect(server?.connections()).toBe(1);
  });

  it('takes no proxy from the environment', async () => {
    const before = process.env.http_proxy;
    process.env.http_proxy = 'http://127.0.0.1:9';
    try {
      const client = await serve((_request, response) => response.end('{}'));
      expect((await client.request({ method: 'GET', path: '/x' })).status).toBe(200);
    } finally {
      if (before === undefined) delete process.env.http_proxy;
      else process.env.http_proxy = before;
    }
  });
});

describe('a failure', () => {
  it('of the connection is an UpstreamError without the request in it', async () => {
    const client = await serve((request) => request.socket.destroy());
    const error = await failure(
      client.request({ method: 'POST', path: '/x', headers: { Authorization: `Bearer ${SECRET}` }, body: { client_secret: SECRET } }),
    );
    expect(error).toMatchObject({ vendor: 'psa', kind: 'unreachable', retryable: true, sent: true });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
    expect(error.cause).toBeUndefined();
  });

  it('to connect says that nothing was sent', async () => {
    const client = await serve((_request, response) => response.end());
    await server?.close();
    expect(await failure(client.request({ method: 'POST', path: '/x', body: {} }))).toMatchObject({
      kind: 'unreachable',
      sent: false,
      detail: 'The connection was refused. (ECONNREFUSED)',
    });
  });

  it('to become a request at all says who can mend it, and nothing of it', async () => {
    const client = await serve((_request, response) => response.end());
    const error = await failure(client.request({ method: 'GET', path: '/x', headers: { Authorization: `Bearer ${SECRET}\u2028` } }));
    expect(error).toMatchObject({ kind: 'refused', actor: 'configuration', retryable: false, sent: false });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
    expect(server?.connections()).toBe(0);
  });

  it('of a body that was cut is a bad answer', async () => {
    const client = await serve((_request, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('{"a":');
      setImmediate(() => response.destroy());
    });
    expect(await failure(client.request({ method: 'GET', path: '/x' }))).toMatchObject({
      kind: 'bad_answer',
      status: 200,
      retryable: true,
    });
  });

  it('of a body that drips comes when the time is up', async () => {
    const client = await serve(
      (_request, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(' '), 5);
        response.on('close', () => clearInterval(timer));
      },
      { timeoutMs: 120 },
    );
    expect(await failure(client.request({ method: 'GET', path: '/x' }))).toMatchObject({ kind: 'timeout', retryable: true });
  });

  it('of a body that is too large is final, also when it was sent small', async () => {
    const client = await serve(
      (_request, response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(Buffer.alloc(1_000_000, 'a'))),
      { maxBytes: 100_000 },
    );
    expect(await failure(client.request({ method: 'GET', path: '/x' }))).toMatchObject({ kind: 'bad_answer', retryable: false });
  });

  it('of a connection that is never made comes when the time is up, and nothing was sent', async () => {
    // A name that is never looked up to its end, as with a name server that does not answer.
    http = createHttp({ vendor: 'psa', baseUrl: 'http://silent.example', policy: ANYWHERE, timeoutMs: 50, resolve: () => undefined });
    expect(await failure(http.request({ method: 'GET', path: '/x' }))).toMatchObject({ kind: 'timeout', retryable: true, sent: false });
  });

  it('of a body in an encoding that nobody asked for is a bad answer', async () => {
    const client = await serve((_request, response) => response.writeHead(200, { 'Content-Encoding': 'x-own' }).end('{}'));
    expect(await failure(client.request({ method: 'GET', path: '/x' }))).toMatchObject({ kind: 'bad_answer', status: 200 });
  });

  it('is the reason of the signal when the caller gave up', async () => {
    const controller = new AbortController();
    const client = await serve(() => controller.abort(new Error('stopped by the caller')));
    await expect(client.request({ method: 'GET', path: '/x', signal: controller.signal })).rejects.toThrow('stopped by the caller');
    const whole = new AbortController();
    http = createHttp({ vendor: 'psa', baseUrl: server?.url ?? '', policy, signal: whole.signal });
    whole.abort(new Error('shutting down'));
    await expect(http.request({ method: 'GET', path: '/x' })).rejects.toThrow('shutting down');
  });
});

describe('egress', () => {
  it('is refused before anything connects', async () => {
    const client = await serve((_request, response) => response.end(), { policy: egressPolicy({ allow: [] }) });
    expect(await failure(client.request({ method: 'GET', path: '/x' }))).toMatchObject({
      kind: 'egress',
      actor: 'configuration',
      retryable: false,
      sent: false,
      detail: expect.stringContaining('ISTHMUS_EGRESS_ALLOW'),
    });
    expect(server?.connections()).toBe(0);
  });

  it('is refused when a public-looking name resolves to this machine', async () => {
    server = await startServer((_request, response) => response.end());
    // A policy that lets the name and port pass, as DNS that changes its mind would; the address check still stands.
    const strict = egressPolicy({ allow: [] });
    const lenient: EgressPolicy = { check: () => undefined, checkAddress: (url, address) => strict.checkAddress(url, address) };
    http = createHttp({ vendor: 'psa', baseUrl: `http://localhost:${server.port}`, policy: lenient });
    const error = await failure(http.request({ method: 'GET', path: '/x' }));
    expect(error).toMatchObject({ kind: 'egress', sent: false, detail: expect.stringContaining('localhost resolves to') });
    expect(server.connections()).toBe(0);
  });

  it('goes to a private name that is allowed', async () => {
    server = await startServer((_request, response) => response.end('{}'));
    http = createHttp({
      vendor: 'psa',
      baseUrl: `http://localhost:${server.port}`,
      policy: egressPolicy({ allow: [`localhost:${server.port}`] }),
    });
    expect((await http.request({ method: 'GET', path: '/x' })).status).toBe(200);
  });
});
