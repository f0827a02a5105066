import { storable } from '../imports/store/query.js';

/** What a body asks for. */
export type Wish =
  | { kind: 'client'; event: string; clientId: string }
  | { kind: 'all'; event: string; tenant: string }
  /** An event that Isthmus does nothing for, or none. */
  | { kind: 'nothing'; event: string | null }
  | { kind: 'unclear'; event: string; pointer: string; message: string };

const LONGEST = { event: 100, tenant: 200 };

/** Reads what Halo sent. Fields that nobody heard of are its own affair. */
export function wishOf(body: Readonly<Record<string, unknown>>): Wish {
  const event = textOf(body['event'], LONGEST.event);
  if (event === 'import.client') {
    const clientId = idOf(body['client_id']);
    if (clientId !== undefined) return { kind: 'client', event, clientId };
    const message =
      'client_id must be the id of a client as HaloPSA shows it, a whole number. A variable that Halo did not fill in is none.';
    return { kind: 'unclear', event, pointer: '/client_id', message };
  }
  if (event === 'import.all') {
    const tenant = textOf(body['tenant'], LONGEST.tenant);
    if (tenant !== null) return { kind: 'all', event, tenant };
    return { kind: 'unclear', event, pointer: '/tenant', message: 'tenant must be the id or the name of a tenant.' };
  }
  return { kind: 'nothing', event };
}

/** Halo fills variables in as numbers or as text. */
function idOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim() : Number.isSafeInteger(value) ? String(value) : '';
  return /^[1-9]\d{0,17}$/.test(text) ? text : undefined;
}

function textOf(value: unknown, longest: number): string | null {
  if (typeof value !== 'string') return null;
  return storable(storable(value).trim().slice(0, longest)) || null;
}
