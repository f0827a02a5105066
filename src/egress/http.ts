import type { Pool } from 'undici';
import { guardedConnections, type Resolve } from './connections.js';
import { ACCEPTED_ENCODINGS, exchange, type Received } from './exchange.js';
import { networkError } from './network-error.js';
import { EgressRefused, type EgressPolicy } from './policy.js';
import { UpstreamError, type UpstreamVendor } from './upstream-error.js';
import { withoutSecrets } from './without-secrets.js';

export interface HttpOptions {
  vendor: UpstreamVendor;
  /** Requests go to this URL and below. Trailing slashes do not matter. */
  baseUrl: string;
  policy: EgressPolicy;
  /** From the first byte sent to the last one received, in milliseconds. Default 120 s. */
  timeoutMs?: number;
  /** The largest body taken, after decompression. Default 64 MiB. */
  maxBytes?: number;
  /** Aborts every request. */
  signal?: AbortSignal;
  /** How names become addresses; by default the machine's way. */
  resolve?: Resolve;
}

export interface HttpRequest {
  method: 'GET' | 'POST';
  /** Below the base URL, beginning with `/` (or empty); ids in it already encoded. */
  path: string;
  /** Undefined values are left out. */
  query?: Record<string, string | number | boolean | undefined>;
  headers?: Record<string, string>;
  /** Text is sent as it is (give a `Content-Type`), anything else as JSON. */
  body?: unknown;
  /** Instead of the client's. */
  timeoutMs?: number;
  /** Aborts this request. */
  signal?: AbortSignal;
}

/** A whole answer, of whatever status. */
export interface HttpAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  text: string;
  /** The parsed body; undefined when it is not JSON (empty, HTML, cut). */
  json: unknown;
  /** Without parameters, lower case; empty when absent. */
  contentType: string;
}

export interface Http {
  /**
   * Makes one call, once. Resolves for every HTTP status, redirects included, as they are not followed; of a refusal, what it echoes
   * of the request's secrets is taken out.
   * Throws an UpstreamError (unreachable, timeout, bad_answer for a cut or oversized one, egress), or the reason of the
   * signal that was aborted.
   */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** Closes idle connections. */
  close(): void;
}

const DEFAULT_TIMEOUT_MS = 120_000;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

/** The one way out: every call of every client is made by what this returns. */
export function createHttp(options: HttpOptions): Http {
  const { vendor, policy, maxBytes = DEFAULT_MAX_BYTES } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  // Where the policy allowed it once, it does so again.
  let base: Base | undefined;

  return {
    async request(request) {
      base ??= allowedBase(vendor, baseUrl, policy, options.resolve);
      const sending = { method: request.method, path: targetPath(base, request), headers: headersOf(request), body: bodyOf(request) };
      for (const signal of [options.signal, request.signal]) signal?.throwIfAborted();
      const { received, abort } = exchange(base.connections, sending, maxBytes);
      const deadline = startDeadline(request.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS, [options.signal, request.signal], abort);
      try {
        return withoutSecrets(answerOf(await received), request);
      } catch (error) {
        options.signal?.throwIfAborted();
        request.signal?.throwIfAborted();
        throw networkError(vendor, error, deadline.passed());
      } finally {
        deadline.end();
      }
    },
    close() {
      // Nobody waits for it, and what was on its way fails by itself.
      void base?.connections.destroy();
    },
  };
}

interface Base {
  url: string;
  origin: string;
  path: string;
  connections: Pool;
}

/** What requests go below. Throws an UpstreamError when the policy does not allow it. */
function allowedBase(vendor: UpstreamVendor, url: string, policy: EgressPolicy, resolve: Resolve | undefined): Base {
  try {
    policy.check(url);
  } catch (error) {
    if (!(error instanceof EgressRefused)) throw error;
    throw new UpstreamError({ vendor, kind: 'egress', detail: error.message, sent: false });
  }
  const { origin, pathname } = new URL(url);
  return { url, origin, path: pathname.replace(/\/$/, ''), connections: guardedConnections(url, policy, resolve) };
}

/** Paths of words alone, which no parsing could change: those of most calls. */
const WORDS = /^(?:\/[\w-]+)+$/;

function targetPath(base: Base, request: HttpRequest): string {
  const query = Object.entries(request.query ?? {}).filter(([, value]) => value !== undefined);
  if (query.length === 0 && WORDS.test(request.path)) return `${base.path}${request.path}`;
  const url = new URL(`${base.url}${request.path}`);
  // A path must not lead out of the base: the credentials were entered for that alone.
  if (url.origin !== base.origin || !url.pathname.startsWith(base.path) || !/^($|[/?])/.test(request.path)) {
    throw new TypeError('The path of a request must stay below the base URL.');
  }
  for (const [name, value] of query) url.searchParams.set(name, String(value));
  return `${url.pathname}${url.search}`;
}

function headersOf(request: HttpRequest): Record<string, string> {
  const json: Record<string, string> =
    request.body === undefined || typeof request.body === 'string' ? {} : { 'Content-Type': 'application/json' };
  return { Accept: 'application/json', 'Accept-Encoding': ACCEPTED_ENCODINGS, 'User-Agent': 'Isthmus', ...json, ...request.headers };
}

function bodyOf({ body }: HttpRequest): string | undefined {
  return body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
}

function answerOf({ status, headers, text }: Received): HttpAnswer {
  const contentType = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  let parsed: { json: unknown } | undefined;
  return {
    status,
    headers,
    text,
    contentType,
    // Nobody may ask for it: a page of a list may be known by its text.
    get json() {
      parsed ??= { json: parseJson(text) };
      return parsed.json;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Aborts one request when the time is up or when one of the signals says so. `end` lets go of timer and listeners. */
function startDeadline(
  ms: number,
  signals: (AbortSignal | undefined)[],
  abort: (reason: Error) => void,
): { passed(): boolean; end(): void } {
  let passed = false;
  const giveUp = (): void => abort(new Error('given up'));
  const timer = setTimeout(() => {
    passed = true;
    giveUp();
  }, ms);
  for (const signal of signals) signal?.addEventListener('abort', giveUp, { once: true });
  return {
    passed: () => passed,
    end() {
      clearTimeout(timer);
      for (const signal of signals) signal?.removeEventListener('abort', giveUp);
    },
  };
}
