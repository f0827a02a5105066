import { createServer, type IncomingMessage } from 'node:http';
import { egressPolicy, type Pace } from '../../src/egress/index.js';
import { isRecord } from '../../src/psa/read.js';
import { PsaClient, type PsaDeps, type PsaSettings } from '../../src/psa/index.js';

/** A call that a test server received. */
export interface Received {
  method: string;
  /** Without the query string. */
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  /** Parsed where it is JSON. */
  body: unknown;
  /** The records of an array that was posted. */
  records: Record<string, unknown>[];
}

/** What a test server does with a call: answers, answers half, closes the connection, or says nothing at all. */
export type Reaction = { status?: number; body?: unknown; headers?: Record<string, string>; cut?: boolean } | 'reset' | 'silence';

export interface Halo {
  url: string;
  received: Received[];
  /** Calls below `/api`, those for the sign-in server left out. */
  api(): Received[];
  tokens(): Received[];
}

/** Runs `work` against a server that answers sign-in as Halo does and leaves every other call to `react`. */
export async function withHalo(
  react: (call: Received, nth: number) => Reaction | undefined | Promise<Reaction>,
  work: (halo: Halo) => Promise<void>,
): Promise<void> {
  const received: Received[] = [];
  const api = (): Received[] => received.filter(({ path }) => path !== '/auth/token' && !/authinfo$/i.test(path));
  const tokens = (): Received[] => received.filter(({ path }) => path.endsWith('/token'));
  const server = createServer((request, response) => {
    void (async () => {
      const call = await receive(request);
      received.push(call);
      const reaction = (await react(call, api().length)) ?? usual(call, tokens().length, `http://${request.headers.host}`);
      if (reaction === 'silence') return;
      if (reaction === 'reset') {
        request.socket.destroy();
        return;
      }
      const text = typeof reaction.body === 'string' ? reaction.body : reaction.body === undefined ? '' : JSON.stringify(reaction.body);
      const length = { 'content-length': String(Buffer.byteLength(text)) };
      response.writeHead(reaction.status ?? 200, { 'content-type': 'application/json', ...length, ...reaction.headers });
      if (reaction.cut) response.write(text.slice(0, text.length / 2), () => request.socket.destroy());
      else response.end(text);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  try {
    await work({ url: `http://127.0.0.1:${port}`, received, api, tokens });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function usual(call: Received, nth: number, origin: string): Reaction {
  if (/^\/api\/authinfo$/i.test(call.path)) return { body: { auth_url: `${origin}/auth`, tenant_id: 'acme' } };
  if (call.path === '/auth/token') return { body: { access_token: `token-${nth}`, token_type: 'Bearer', expires_in: 3600 } };
  return { status: 404 };
}

async function receive(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString();
  const url = new URL(request.url ?? '/', 'http://halo');
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // Forms stay text.
  }
  const records = Array.isArray(body) ? body.filter(isRecord) : [];
  return { method: request.method ?? '', path: url.pathname, query: url.searchParams, headers: request.headers, body, records };
}

/** Time that passes only by sleeping, at once; `slept` are the waits. */
export function testPace(): Pace & { slept: number[]; time: number } {
  const pace = {
    slept: [] as number[],
    time: Date.parse('2026-11-21T08:00:00Z'),
    now: () => pace.time,
    random: () => 0,
    sleep: async (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      pace.slept.push(ms);
      pace.time += ms;
    },
  };
  return pace;
}

export const loopback = egressPolicy({ allow: ['127.0.0.1'] });

export function settingsFor(url: string, more: Partial<PsaSettings> = {}): PsaSettings {
  return { baseUrl: url, clientId: 'isthmus-client', clientSecret: 'not-a-real-secret', ...more };
}

/** Runs `work` with a client of that address whose waits take no time. */
export async function withClient<T>(
  url: string,
  work: (client: PsaClient, pace: ReturnType<typeof testPace>) => Promise<T>,
  more: { settings?: Partial<PsaSettings>; deps?: Partial<PsaDeps> } = {},
): Promise<T> {
  const pace = testPace();
  const client = new PsaClient(settingsFor(url, more.settings), { policy: loopback, pace, callsPer5Minutes: 100_000, ...more.deps });
  try {
    return await work(client, pace);
  } finally {
    client.close();
  }
}
