import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call, Fault, Vendor } from './contract.js';
import type { Kernel } from './kernel.js';

/** Bytes sent at a time by a dripping answer. */
const DRIP_BYTES = 16;

/** Waits so many milliseconds; rejects when the sandbox is closed. */
type Wait = (ms: number) => Promise<void>;

interface Incoming {
  call: Call;
  fault?: Fault;
}

/**
 * Records every call to the routes of `app` (and its not-found handler) and applies the faults set for the vendor.
 *
 * To be called on the vendor's own scope before its hooks and routes are added, so that a fault comes before anything the vendor
 * would check. `strip` makes the path below the vendor's root from the URL as received, query string included; a number is
 * how many characters to cut off.
 */
export function disturbed(app: FastifyInstance, vendor: Vendor, strip: number | ((url: string) => string), kernel: Kernel): void {
  const incoming = new WeakMap<FastifyRequest, Incoming>();
  // A caller that hangs up does not end a delay: a vendor handles late, too, what nobody waits for any more. Closing the sandbox does.
  const closing = new AbortController();
  const wait = (ms: number): Promise<void> => sleep(ms, undefined, { signal: closing.signal });
  app.addHook('preClose', async () => closing.abort());

  app.addHook('onRequest', async (request, reply) => {
    const path = typeof strip === 'number' ? request.url.slice(strip) : strip(request.url);
    const fault = kernel.faults.match(vendor, request.method, path);
    const call: Call = { vendor, method: request.method, path, status: 0, records: 0, faults: fault?.id === undefined ? [] : [fault.id] };
    kernel.calls.record(call);
    incoming.set(request, { call, fault });
    await kernel.watch?.arrived?.(call);
    if (!fault) return;
    if (fault.delayMs !== undefined) {
      await wait(fault.delayMs).catch(() => undefined);
      if (closing.signal.aborted) return hangUp(request, reply);
    }
    if (insteadOfHandling(fault, request.method)) {
      noteBody(call, await readBody(request));
      if (fault.reset) return hangUp(request, reply);
      // The answer of the fault itself is put in place by onSend.
      return reply.send('');
    }
  });

  app.addHook('preValidation', async (request) => {
    const entry = incoming.get(request);
    if (entry) noteBody(entry.call, request.body);
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const entry = incoming.get(request);
    if (!entry) return payload;
    const { call, fault } = entry;
    await kernel.watch?.handled?.(call);
    if (fault?.reset) {
      request.raw.socket.resetAndDestroy();
      return payload;
    }
    const answer = fault ? disturb(fault, call, reply, payload, wait) : payload;
    call.status = reply.statusCode;
    return answer;
  });

  app.addHook('onResponse', async (request) => {
    const entry = incoming.get(request);
    if (entry) kernel.watch?.answered?.(entry.call);
  });
}

/** Ends the connection without an answer. */
function hangUp(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  request.raw.socket.resetAndDestroy();
}

/**
 * Whether the fault takes the place of the real handler. Reading changes nothing, so a cut answer to a GET is half of the real
 * one; drips, delays and added headers always disturb the real answer.
 */
function insteadOfHandling(fault: Fault, method: string): boolean {
  if (fault.afterHandling) return false;
  if (fault.reset || fault.status !== undefined || fault.body !== undefined) return true;
  return fault.cut === true && method !== 'GET';
}

function noteBody(call: Call, body: unknown): void {
  if (body === undefined || body === null) return;
  call.body = body;
  if (call.method !== 'POST') return;
  if (Array.isArray(body)) call.records = body.length;
  // Neither a text nor what a vendor makes of a form is a record.
  else if (typeof body === 'object' && Object.getPrototypeOf(body) === Object.prototype) call.records = 1;
}

/** The body of a request that no handler will see: JSON as a value, anything else as text, undefined when there is none. */
async function readBody(request: FastifyRequest): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request.raw) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function disturb(fault: Fault, call: Call, reply: FastifyReply, payload: unknown, wait: Wait): unknown {
  let answer = payload;
  if (fault.status !== undefined || fault.body !== undefined) {
    reply.code(fault.status ?? 200);
    reply.removeHeader('content-length');
    reply.type(typeof fault.body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8');
    answer = fault.body === undefined ? '' : textOf(fault.body);
  } else if (fault.cut && payload === '') {
    // A write that was not handled has no answer of its own: half of what was sent looks like half of its answer.
    reply.type('application/json; charset=utf-8');
    answer = textOf(call.body ?? {});
  }
  if (fault.contentType !== undefined) reply.type(fault.contentType);
  for (const [name, value] of Object.entries(fault.headers ?? {})) reply.header(name, value);
  if (!fault.cut && fault.dripMs === undefined) return answer;
  return slowOrShort(fault, reply, bytesOf(answer), wait);
}

/** A stream, because only then the server announces a length other than the one it sends. */
function slowOrShort(fault: Fault, reply: FastifyReply, whole: Buffer, wait: Wait): Readable {
  reply.header('content-length', String(whole.length));
  if (fault.cut) reply.header('connection', 'close');
  const sent = fault.cut ? whole.subarray(0, Math.floor(whole.length / 2)) : whole;
  return Readable.from(fault.dripMs === undefined ? [sent] : drip(sent, () => wait(fault.dripMs ?? 0)), { objectMode: false });
}

async function* drip(bytes: Buffer, pause: () => Promise<void>): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += DRIP_BYTES) {
    if (at > 0) await pause();
    yield bytes.subarray(at, at + DRIP_BYTES);
  }
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function bytesOf(payload: unknown): Buffer {
  if (Buffer.isBuffer(payload)) return payload;
  return Buffer.from(typeof payload === 'string' ? payload : '', 'utf8');
}
