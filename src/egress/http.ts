import { create, type AxiosResponse } from 'axios';
import { guardedAgents, type Resolve } from './agents.js';
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
  const agents = guardedAgents(baseUrl, policy, options.resolve);
  const client = create({
    adapter: 'http',
    httpAgent: agents.http,
    httpsAgent: agents.https,
    maxRedirects: 0,
    proxy: false,
    maxContentLength: maxBytes,
    maxBodyLength: maxBytes,
    responseType: 'text',
    validateStatus: () => true,
    // Bodies pass as they are: what is JSON, and what to make of the rest, is decided below and by the caller.
    transformRequest: [(data: unknown) => data],
    transformResponse: [(data: unknown) => data],
  });

  // Where the policy allowed it once, it does so again.
  let allowed: Base | undefined;
  const base = (): Base => (allowed ??= allowedBase(vendor, baseUrl, policy));

  return {
    async request(request) {
      const url = targetUrl(base(), request);
      const deadline = startDeadline(request.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS, [options.signal, request.signal]);
      try {
        const response = await client.request<unknown>({
          url,
          method: request.method,
          headers: headersOf(request),
          data: request.body === undefined || typeof request.body === 'string' ? request.body : JSON.stringify(request.body),
          // The library's own timeout does not fire on a body that drips.
          signal: deadline.signal,
        });
        return withoutSecrets(answerOf(response), request);
      } catch (error) {
        options.signal?.throwIfAborted();
        request.signal?.throwIfAborted();
        throw networkError(vendor, error, deadline.passed());
      } finally {
        deadline.end();
      }
    },
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

interface Base {
  url: string;
  origin: string;
  path: string;
}

/** What requests go below. Throws an UpstreamError when the policy does not allow it. */
function allowedBase(vendor: UpstreamVendor, url: string, policy: EgressPolicy): Base {
  try {
    policy.check(url);
  } catch (error) {
    if (!(error instanceof EgressRefused)) throw error;
    throw new UpstreamError({ vendor, kind: 'egress', detail: error.message, sent: false });
  }
  const { origin, pathname } = new URL(url);
  return { url, origin, path: pathname.replace(/\/$/, '') };
}

function targetUrl(base: Base, request: HttpRequest): string {
  const url = new URL(`${base.url}${request.path}`);
  // A path must not lead out of the base: the credentials were entered for that alone.
  if (url.origin !== base.origin || !url.pathname.startsWith(base.path) || !/^($|[/?])/.test(request.path)) {
    throw new TypeError('The path of a request must stay below the base URL.');
  }
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url.href;
}

function headersOf(request: HttpRequest): Record<string, string> {
  const json: Record<string, string> =
    request.body === undefined || typeof request.body === 'string' ? {} : { 'Content-Type': 'application/json' };
  return { Accept: 'application/json', 'User-Agent': 'Isthmus', ...json, ...request.headers };
}

function answerOf(response: AxiosResponse<unknown>): HttpAnswer {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined && value !== null) headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  const text = typeof response.data === 'string' ? response.data : '';
  const contentType = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return { status: response.status, headers, text, json: parseJson(text), contentType };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A signal for one request: aborted when the time is up or when one of the others is. `end` lets go of timer and listeners. */
function startDeadline(ms: number, others: (AbortSignal | undefined)[]): { signal: AbortSignal; passed(): boolean; end(): void } {
  const controller = new AbortController();
  let passed = false;
  const abort = (): void => controller.abort();
  const timer = setTimeout(() => {
    passed = true;
    abort();
  }, ms);
  for (const other of others) {
    if (other?.aborted) abort();
    other?.addEventListener('abort', abort, { once: true });
  }
  return {
    signal: controller.signal,
    passed: () => passed,
    end() {
      clearTimeout(timer);
      for (const other of others) other?.removeEventListener('abort', abort);
    },
  };
}
