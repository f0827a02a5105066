import type { Order } from '../domain/index.js';
import { isObject, said, textOf } from './wire.js';

/** A row of `GET /orders`, or `GET /orders/{id}`. Undefined when it lacks its id or customer. */
export function readOrder(raw: unknown): Order | undefined {
  if (!isObject(raw)) return undefined;
  const orderId = textOf(raw.id);
  const customerId = textOf(raw.customerId);
  if (orderId === undefined || customerId === undefined) return undefined;
  return said<Order>({
    orderId,
    customerId,
    status: textOf(raw.status) ?? 'unknown',
    type: textOf(raw.type) ?? 'unknown',
    createdAt: momentOf(raw.creationDate),
  });
}

/** A date-time, read leniently (a space for the T, no zone: UTC), as RFC 3339 in UTC. */
function momentOf(value: unknown): string | undefined {
  const text = textOf(value);
  const match =
    text === undefined ? null : /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text);
  if (!match) return undefined;
  const [, day = '', clock = '00:00', zone = 'Z'] = match;
  const withColon = zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2').toUpperCase();
  const time = Date.parse(`${day}T${clock.replace(',', '.')}${withColon}`);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
