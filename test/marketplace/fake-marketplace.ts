import type { IncomingMessage, ServerResponse } from 'node:http';
import { egressPolicy } from '../../src/egress/index.js';
import { MarketplaceClient, type MarketplaceDeps, type MarketplaceSettings } from '../../src/marketplace/index.js';
import { startServer, type LocalServer } from '../egress/local-server.js';
import { VirtualPace } from '../egress/virtual-pace.js';

export interface Received {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
}

/** What to answer: text is sent as it is, anything else as JSON. */
export interface Reply {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** Announce more than is sent, then close. */
  cut?: boolean;
}

export type Answer = (call: Received, nth: number) => Reply | undefined;

/** A server that answers as a test says, call by call, and remembers what it was asked. Tokens are given unless told otherwise. */
export class FakeMarketplace {
  readonly received: Received[] = [];
  readonly pace = new VirtualPace();
  private readonly counts = new Map<string, number>();
  private server?: LocalServer;

  private constructor(private readonly answer: Answer) {}

  static async start(answer: Answer): Promise<FakeMarketplace> {
    const fake = new FakeMarketplace(answer);
    fake.server = await startServer((request, response) => {
      void fake.handle(request, response);
    });
    return fake;
  }

  get settings(): MarketplaceSettings {
    return {
      apiUrl: `${this.server?.url ?? ''}/marketplace/na/`,
      marketplace: 'us',
      username: 'acme.API',
      password: 'pass-word-1',
      subscriptionKey: 'key-of-the-account',
    };
  }

  get deps(): MarketplaceDeps {
    return { policy: egressPolicy({ allow: ['127.0.0.1'] }), pace: this.pace, callsPerSecond: 1000 };
  }

  client(settings: Partial<MarketplaceSettings> = {}, deps: Partial<MarketplaceDeps> = {}): MarketplaceClient {
    return new MarketplaceClient({ ...this.settings, ...settings }, { ...this.deps, ...deps });
  }

  /** `GET /customers?…` and the like, without those for tokens. */
  reads(): string[] {
    return this.received.filter((call) => call.path !== '/token').map((call) => `${call.method} ${call.path}?${call.query.toString()}`);
  }

  tokens(): number {
    return this.received.filter((call) => call.path === '/token').length;
  }

  async close(): Promise<void> {
    await this.server?.close();
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.setEncoding('utf8');
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const url = new URL(request.url ?? '', 'http://fake');
    const path = url.pathname.replace('/marketplace/na', '');
    const call = { method: request.method ?? '', path, query: url.searchParams, headers: request.headers, body };
    this.received.push(call);
    const nth = (this.counts.get(path) ?? 0) + 1;
    this.counts.set(path, nth);
    const token = path === '/token' ? { body: { token: `token-${nth}`, expiresInSeconds: 1500 } } : undefined;
    const reply: Reply = this.answer(call, nth) ?? token ?? { status: 404, body: { status: 404, message: 'Not found', path } };
    const text = typeof reply.body === 'string' ? reply.body : reply.body === undefined ? '' : JSON.stringify(reply.body);
    const type = typeof reply.body === 'string' ? 'text/html' : 'application/json';
    const announced = reply.cut ? { 'Content-Length': String(Buffer.byteLength(text) + 50) } : {};
    response.writeHead(reply.status ?? 200, { 'Content-Type': type, ...announced, ...reply.headers });
    if (!reply.cut) {
      response.end(text);
      return;
    }
    response.write(text);
    setImmediate(() => response.destroy());
  }
}

/** A page of rows in the list's envelope. */
export function page(rows: unknown[], total?: number): Reply {
  return { body: { data: rows, pagination: { offset: 0, limit: 500, total: total ?? rows.length } } };
}

/** The place in a list from which a call asks for rows. */
export const offset = (call: Received): number => Number(call.query.get('offset'));

/** Serves a slice of rows as the list does, `most` at a time. */
export function slice(call: Received, rows: unknown[], most = 500): Reply {
  const from = offset(call);
  const limit = Math.min(Number(call.query.get('limit')), most);
  return { body: { data: rows.slice(from, from + limit), pagination: { offset: from, limit, total: rows.length } } };
}

/** Rows of the list of customers. */
export const customers = (count: number, from = 1): { id: string; name: string; status: string }[] =>
  Array.from({ length: count }, (_, n) => ({ id: String(from + n), name: `Customer ${from + n}`, status: 'active' }));

export const platformError = (status: number, message: string): Reply => ({
  status,
  headers: { 'X-Correlation-ID': 'a8n-header' },
  body: { timeStamp: '2026-03-01T00:00:00.000+00:00', status, message, path: '/x', correlationId: 'a8n-body' },
});

export const gatewayError = (statusCode: number, message: string): Reply => ({ status: statusCode, body: { statusCode, message } });

export const html: Reply = { body: '<html><head><title>504 Gateway Time-out</title></head><body></body></html>' };
