import type { Reaction, Received } from './halo.js';

/** A client as HaloPSA lists it. */
export const row = (id: number, more: object = {}): object => ({ id, name: `Client ${id}`, inactive: false, ...more });

export const rows = (from: number, to: number): object[] => Array.from({ length: to - from + 1 }, (_, index) => row(from + index));

/** A list of clients that pages as told. */
export function list(page: (number: number, call: Received) => Reaction) {
  return (call: Received): Reaction | undefined =>
    call.path === '/api/Client' ? page(Number(call.query.get('page_no')), call) : undefined;
}

/** A page, in the envelope that lists come in. */
export const envelope = (record_count: number | undefined, clients: unknown): Reaction => ({ body: { record_count, clients } });
