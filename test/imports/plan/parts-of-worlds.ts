import fc from 'fast-check';
import { line, subscription, type World } from './world.js';

/** What arbitrary worlds are made of: few names, products and dates, so that much meets in few records. */

export const NAMES = [
  'Contoso',
  'contoso',
  'Contoso Ltd',
  'Fabrikam',
  ' Fabrikam  Inc',
  'Müller & Söhne',
  '=1+1',
  '<b>Bold</b>',
  '🙂 Smile',
  'A',
  'Zed',
];
export const MPNS = ['CFQ7TTC0LCHC:0002', 'CFQ7TTC0LH16:0001', 'd903a2db-bf6f-4434-83f1-21ba44017813_ANNUAL', 'ACR-1'];
const PERIODS = [
  { type: 'month', duration: 1 },
  { type: 'month', duration: 1 },
  { type: 'year', duration: 1 },
  { type: 'year', duration: 3 },
  { type: 'day', duration: 10 },
  { type: 'statement_day', duration: 1 },
];

const anyLine = fc.record({
  mpn: fc.constantFrom(...MPNS),
  quantity: fc.constantFrom(0, 1, 5, 300, 2.5),
  amount: fc.constantFrom('11.3333', '0', '70.50', '0.1', '99999.9999'),
  currency: fc.constantFrom('USD', 'EUR'),
  vendorSubscriptionId: fc.constantFrom(undefined, undefined, 'v1', 'v2'),
});

export const anySubscription = fc.record({
  customer: fc.nat(4),
  status: fc.constantFrom('active', 'active', 'active', 'hold', 'pending', 'removed', 'terminated', 'unknown'),
  term: fc.constantFrom(...PERIODS),
  billing: fc.constantFrom(...PERIODS),
  start: fc.constantFrom('2026-10-20', '2026-10-21', '2026-11-20', '2025-11-20'),
  end: fc.constantFrom(undefined, '2026-11-20', '2026-11-21', '2027-10-20', '2026-10-20'),
  lines: fc.array(anyLine, { maxLength: 3 }),
});

type SubscriptionParts = typeof anySubscription extends fc.Arbitrary<infer T> ? T : never;

export function subscriptionOf(id: string, parts: SubscriptionParts): World['subscriptions'][number] {
  const seen = new Map<string, number>();
  const lines = parts.lines
    .toSorted((a, b) => (a.mpn < b.mpn ? -1 : 1))
    .map((part) => {
      const times = (seen.get(part.mpn) ?? 0) + 1;
      seen.set(part.mpn, times);
      return line(part.mpn, {
        line: times === 1 ? part.mpn : `${part.mpn}#${times}`,
        quantity: part.quantity,
        unitCost: { amount: part.amount, currency: part.currency },
        unitPrice: { amount: part.amount, currency: part.currency },
        ...(part.vendorSubscriptionId === undefined ? {} : { vendorSubscriptionId: part.vendorSubscriptionId }),
      });
    });
  return subscription(id, String(parts.customer + 1), lines, {
    status: parts.status as 'active',
    subscriptionPeriod: parts.term,
    billingPeriod: parts.billing,
    creationDate: parts.start,
    expirationDate: parts.end,
  });
}
