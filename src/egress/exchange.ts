import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliDecompress, unzip } from 'node:zlib';
import type { Dispatcher } from 'undici';

/** What goes out, once. */
export interface Sending {
  method: 'GET' | 'POST';
  /** From the root of the host, with the query. */
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** What came back, whole. */
export interface Received {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  text: string;
}

/** An exchange that failed. `cause` is the library's error or the reason of an abort, and may hold what was sent. */
export class ExchangeFailed extends Error {
  override readonly name = 'ExchangeFailed';

  /**
   * @param sent Whether the request began to leave.
   * @param status Of an answer that began.
   */
  constructor(
    override readonly cause: unknown,
    readonly sent: boolean,
    readonly status?: number,
  ) {
    super('The exchange failed.');
  }
}

/** The answer is larger than it may be. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/** An exchange on its way. */
export interface Exchange {
  /** Rejects with an ExchangeFailed. */
  received: Promise<Received>;
  /** Ends it at once, in whatever state; nothing once it has ended. */
  abort: (reason: Error) => void;
}

export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

/**
 * Sends one request and takes its whole answer, once and without following it anywhere.
 * @param maxBytes The largest body taken, before and after decompression.
 */
export function exchange(connections: Dispatcher, { method, path, headers, body }: Sending, maxBytes: number): Exchange {
  const { promise, resolve, reject } = Promise.withResolvers<Received>();
  const chunks: Buffer[] = [];
  let control: Dispatcher.DispatchController | undefined;
  let aborted: Error | undefined;
  let length = 0;
  let begun: Pick<Received, 'status' | 'headers'> | undefined;

  const fail = (cause: unknown): void => reject(new ExchangeFailed(cause, control !== undefined, begun?.status));
  const abort = (reason: Error): void => {
    aborted = reason;
    fail(reason);
    control?.abort(reason);
  };
  connections.dispatch(
    { method, path, headers, body },
    {
      onRequestStart(controller) {
        // Until now there was no connection, and so nothing to abort.
        if (aborted) controller.abort(aborted);
        else control = controller;
      },
      onResponseStart(_controller, status, received) {
        begun = { status, headers: plainHeaders(received) };
      },
      onResponseData(_controller, chunk) {
        length += chunk.length;
        if (length > maxBytes) abort(new TooLarge());
        else chunks.push(chunk);
      },
      onResponseEnd() {
        if (!begun) return fail(new Error('no answer'));
        const answer = begun;
        const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
        const encoding = answer.headers['content-encoding'];
        if (encoding === undefined || bytes.length === 0) resolve({ ...answer, text: textOf(bytes) });
        else decoded(bytes, encoding, maxBytes).then((plain) => resolve({ ...answer, text: textOf(plain) }), fail);
      },
      onResponseError: (_controller, error) => fail(error),
    },
  );
  return { received: promise.then(freed), abort };
}

/** Passes the answer on when its connection is free: the library waits for a turn of the event loop, and would meanwhile open another one. */
async function freed(answer: Received): Promise<Received> {
  await nextTurn();
  return answer;
}

function plainHeaders(received: Record<string, string | string[] | undefined>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name in received) {
    const value = received[name];
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

/** In UTF-8, without a byte order mark, which JSON does not allow. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString();
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

const unzipped = promisify(unzip);
const unbrotlied = promisify(brotliDecompress);

async function decoded(bytes: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  const bounds = { maxOutputLength: maxBytes };
  try {
    switch (encoding.trim().toLowerCase()) {
      case 'identity':
        return bytes;
      case 'br':
        return await unbrotlied(bytes, bounds);
      case 'gzip':
      case 'x-gzip':
      case 'deflate':
        return await unzipped(bytes, bounds);
      default:
        throw new Error('an encoding that was not asked for');
    }
  } catch (error) {
    throw codeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? new TooLarge() : error;
  }
}

/** By which Node and the library tell errors apart; empty when there is none. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
