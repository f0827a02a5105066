import fc from 'fast-check';
import { isLive } from '../../../src/domain/index.js';
import type { PlanInput } from '../../../src/imports/plan/input.js';
import { client, customer, licence, line, plan, play, subscription, TODAY, world, type World } from './world.js';

/** Arbitrary worlds, small and awkward, so that much meets in few records. */

const NAMES = [
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
const MPNS = ['CFQ7TTC0LCHC:0002', 'CFQ7TTC0LH16:0001', 'd903a2db-bf6f-4434-83f1-21ba44017813_ANNUAL', 'ACR-1'];
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

const anySubscription = fc.record({
  customer: fc.nat(4),
  status: fc.constantFrom('active', 'active', 'active', 'hold', 'pending', 'removed', 'terminated', 'unknown'),
  term: fc.constantFrom(...PERIODS),
  billing: fc.constantFrom(...PERIODS),
  start: fc.constantFrom('2026-10-20', '2026-10-21', '2026-11-20', '2025-11-20'),
  end: fc.constantFrom(undefined, '2026-11-20', '2026-11-21', '2027-10-20', '2026-10-20'),
  lines: fc.array(anyLine, { maxLength: 3 }),
});

type SubscriptionParts = typeof anySubscription extends fc.Arbitrary<infer T> ? T : never;

function subscriptionOf(id: string, parts: SubscriptionParts): World['subscriptions'][number] {
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

/** A world before any import: both sides, and licences that something else made. */
export const anyWorld: fc.Arbitrary<World> = fc
  .record({
    customers: fc.array(
      fc.record({ name: fc.constantFrom(...NAMES), status: fc.constantFrom('active', 'active', 'cancelled', 'pending', 'error') }),
      { minLength: 1, maxLength: 5 },
    ),
    clients: fc.array(fc.record({ name: fc.constantFrom(...NAMES), inactive: fc.boolean() }), { maxLength: 6 }),
    byHand: fc.array(fc.tuple(fc.nat(4), fc.nat(5)), { maxLength: 3 }),
    subscriptions: fc.array(anySubscription, { maxLength: 8 }),
    foreign: fc.array(
      fc.record({
        client: fc.nat(5),
        sku: fc.constantFrom(...MPNS),
        active: fc.boolean(),
        snowid: fc.constantFrom(null, '101', 'x', 'ingram/ca/101'),
        azure: fc.boolean(),
        name: fc.constantFrom('Product ACR-1', 'Other'),
      }),
      { maxLength: 3 },
    ),
    settings: fc.record({
      prices: fc.constantFrom('never', 'on_create', 'always'),
      names: fc.constantFrom('on_create', 'always'),
      followRenewals: fc.constantFrom(true, true, false),
    }),
  })
  .map((parts) =>
    world({
      customers: parts.customers.map((one, at) => customer(String(at + 1), one.name, { status: one.status as 'active' })),
      clients: parts.clients.map((one, at) => client(String(at + 1), one.name, { inactive: one.inactive })),
      mappings: [
        ...new Map(
          parts.byHand
            .filter(([customerAt, clientAt]) => customerAt < parts.customers.length && clientAt < parts.clients.length)
            .map(([customerAt, clientAt]) => [
              customerAt,
              { customerId: String(customerAt + 1), clientId: String(clientAt + 1), state: 'mapped' as const, origin: 'manual' as const },
            ]),
        ).values(),
      ],
      subscriptions: parts.subscriptions.map((one, at) => subscriptionOf(String(at + 100), one)),
      licences: parts.foreign
        .filter((one) => one.client < parts.clients.length)
        .map((one, at) =>
          licence(
            String(at + 1),
            String(one.client + 1),
            { name: one.name, vendor_product_sku: one.sku, is_active: one.active, snowid: one.snowid, count: 3 },
            { azureConnected: one.azure },
          ),
        ),
      settings: {
        prices: parts.settings.prices as 'never',
        names: parts.settings.names as 'always',
        trials: 'import',
        followRenewals: parts.settings.followRenewals,
        rereadWithinDays: 7,
      },
    }),
  );

const NOTHING = { ended: [], quantity: [], renewed: [] as number[] };

/**
 * What happens between two imports: subscriptions end, change, or are renewed under another id; people edit, deactivate, delete and
 * copy licences, take keys away, adopt, release and ask for new ones; links are lost; another tenant takes some.
 */
const EVENTS = {
  ended: fc.array(fc.nat(7), { maxLength: 3 }),
  renewed: fc.array(fc.nat(7), { maxLength: 3 }),
  quantity: fc.array(fc.tuple(fc.nat(7), fc.nat(9)), { maxLength: 3 }),
  swapped: fc.option(fc.nat(7), { nil: undefined, freq: 4 }),
  edited: fc.array(
    fc.record({
      at: fc.nat(9),
      count: fc.nat(9),
      name: fc.constantFrom('Ours', undefined),
      active: fc.boolean(),
      key: fc.constantFrom(undefined, undefined, null, 'theirs'),
      price: fc.constantFrom(undefined, '99'),
    }),
    { maxLength: 3 },
  ),
  deleted: fc.array(fc.nat(9), { maxLength: 2 }),
  copied: fc.array(fc.nat(9), { maxLength: 1 }),
  unlinked: fc.array(fc.nat(9), { maxLength: 2 }),
  released: fc.array(fc.nat(9), { maxLength: 1 }),
  elsewhere: fc.array(fc.nat(9), { maxLength: 1 }),
  adopted: fc.array(fc.tuple(fc.nat(9), fc.nat(7)), { maxLength: 2 }),
  anyway: fc.array(fc.nat(7), { maxLength: 1 }),
  added: fc.array(anySubscription, { maxLength: 2 }),
};
const anyEvents = fc.record(EVENTS, { requiredKeys: ['ended', 'quantity', 'renewed'] });

/** One of them alone. */
const anyEvent: fc.Arbitrary<Partial<Events>> = fc.oneof(
  ...Object.entries(EVENTS).map(([name, values]) => (values as fc.Arbitrary<unknown>).map((value) => ({ [name]: value }))),
);

type Events = typeof anyEvents extends fc.Arbitrary<infer T> ? T : never;

export function happen(state: World, events: Partial<Events>): World {
  const next = structuredClone(state);
  const { ended, renewed, quantity, ...more } = { ...NOTHING, ...events };
  const licenceAt = (at: number): World['licences'][number] | undefined => next.licences[at];
  for (const [at, seats] of quantity) if (next.subscriptions[at]?.lines[0]) next.subscriptions[at].lines[0].quantity = seats;
  for (const at of ended) if (next.subscriptions[at]) next.subscriptions[at].status = 'removed';
  for (const at of renewed) {
    const old = next.subscriptions[at];
    if (!old || !isLive(old.status)) continue;
    old.status = 'removed';
    old.expirationDate = TODAY;
    next.subscriptions.push({
      ...structuredClone(old),
      subscriptionId: String(200 + next.subscriptions.length),
      status: 'active',
      creationDate: TODAY,
      expirationDate: '2026-12-21',
    });
  }
  if (more.swapped !== undefined && next.subscriptions[more.swapped]) {
    const [first] = next.subscriptions[more.swapped]!.lines;
    if (first) Object.assign(first, { line: 'NEW-1', mpn: 'NEW-1' });
  }
  for (const edit of more.edited ?? []) {
    const one = licenceAt(edit.at);
    if (!one) continue;
    one.count = edit.count;
    one.is_active = edit.active;
    if (edit.name !== undefined) one.name = edit.name;
    if (edit.price !== undefined) one.price = edit.price;
    if (edit.key !== undefined) one.snowid = edit.key;
  }
  for (const at of more.copied ?? []) {
    const one = licenceAt(at);
    if (one) next.licences.push({ ...one, licenceId: String(5000 + next.licences.length) });
  }
  for (const at of more.deleted ?? []) if (licenceAt(at)) licenceAt(at)!.deleted = true;
  for (const at of more.released ?? []) {
    const [link] = next.links.splice(at, 1);
    if (link?.licenceId != null) next.released.add(link.licenceId);
  }
  for (const at of more.unlinked ?? []) next.links.splice(at, 1);
  for (const at of more.elsewhere ?? []) {
    const one = licenceAt(at);
    if (!one) continue;
    next.links = next.links.filter((link) => link.licenceId !== one.licenceId);
    next.elsewhere.add(one.licenceId);
  }
  for (const [at, of] of more.adopted ?? []) {
    const [one, sub] = [licenceAt(at), next.subscriptions[of]];
    const name = sub?.lines[0]?.line;
    if (
      !one ||
      one.deleted ||
      name === undefined ||
      next.elsewhere.has(one.licenceId) ||
      next.links.some((link) => link.licenceId === one.licenceId)
    )
      continue;
    next.links = next.links.filter((link) => link.subscriptionId !== sub!.subscriptionId || link.line !== name);
    next.links.push({ subscriptionId: sub!.subscriptionId, line: name, licenceId: one.licenceId, createAnyway: false });
    next.released.delete(one.licenceId);
  }
  for (const at of more.anyway ?? []) {
    const sub = next.subscriptions[at];
    const name = sub?.lines[0]?.line;
    if (name === undefined || next.links.some((link) => link.subscriptionId === sub!.subscriptionId && link.line === name)) continue;
    next.links.push({ subscriptionId: sub!.subscriptionId, line: name, licenceId: null, createAnyway: true });
  }
  (more.added ?? []).forEach((parts, at) => {
    const id = String(300 + at);
    if (next.subscriptions.every((one) => one.subscriptionId !== id)) next.subscriptions.push(subscriptionOf(id, parts));
  });
  return next;
}

/** What happens to customers and clients: new ones, other names, other mappings, and clients that are gone. */
const anyPeople = fc.record({
  customer: fc.option(fc.record({ at: fc.nat(5), name: fc.constantFrom(...NAMES) }), { nil: undefined }),
  client: fc.option(fc.record({ at: fc.nat(6), name: fc.constantFrom(...NAMES), inactive: fc.boolean() }), { nil: undefined }),
  mapping: fc.option(fc.tuple(fc.nat(4), fc.option(fc.nat(5), { nil: undefined })), { nil: undefined }),
  gone: fc.option(fc.nat(5), { nil: undefined, freq: 4 }),
});

function peopleHappen(state: World, people: typeof anyPeople extends fc.Arbitrary<infer T> ? T : never): World {
  const next = structuredClone(state);
  if (people.customer) {
    const { at, name } = people.customer;
    const old = next.customers[at];
    const id = old?.customerId ?? String(next.customers.length + 1);
    next.customers.splice(at, 1, old ? { ...old, name } : customer(id, name));
  }
  if (people.client) {
    const { at, name, inactive } = people.client;
    const old = next.clients[at];
    next.clients.splice(at, 1, old ? { ...old, name, inactive } : client(String(7000 + next.clients.length), name, { inactive }));
  }
  if (people.mapping) {
    const [customerId, target] = [next.customers[people.mapping[0]]?.customerId, next.clients[people.mapping[1] ?? -1]?.clientId];
    if (customerId !== undefined) {
      next.mappings = next.mappings.filter((one) => one.customerId !== customerId);
      if (target !== undefined) next.mappings.push({ customerId, clientId: target, state: 'mapped', origin: 'manual' });
    }
  }
  if (people.gone !== undefined) next.clients.splice(people.gone, 1);
  return next;
}

/** What the PSA answers when it is asked for records that are spoken of and not there. */
function unknownTo({ clients, licences, mappings, links }: World): Pick<PlanInput, 'clientDetails' | 'licenceDetails'> {
  const clientIds = [...mappings.map(({ clientId }) => clientId), ...licences.map(({ clientId }) => clientId)];
  const asked = (ids: readonly (string | null)[], there: ReadonlySet<string>): Map<string, null> =>
    new Map(ids.flatMap((id) => (id === null || there.has(id) ? [] : [[id, null]])));
  return {
    clientDetails: asked(clientIds, new Set(clients.map(({ clientId }) => clientId))),
    licenceDetails: asked(
      links.map(({ licenceId }) => licenceId),
      new Set(licences.map(({ licenceId }) => licenceId)),
    ),
  };
}

/** What happens in a world, one thing after the other; now and then it is imported again. */
export const anyHappenings: fc.Arbitrary<((state: World) => World)[]> = fc.array(
  fc.oneof(
    anyEvent.map((event) => (state: World) => happen(state, event)),
    anyPeople.map((people) => (state: World) => peopleHappen(state, people)),
    fc.constant((state: World) => play(state, plan(state, unknownTo(state)))),
  ),
  { minLength: 1, maxLength: 8 },
);

/** A world that was imported once, before anything else happened. */
export const anyImported: fc.Arbitrary<World> = anyWorld.map((first) => play(first, plan(first)));

/** A world that was imported once, some time later. */
export const anyLater: fc.Arbitrary<World> = fc.tuple(anyImported, anyEvents).map(([state, events]) => happen(state, events));
