import fc from 'fast-check';
import { isLive } from '../../../src/domain/index.js';
import { anySubscription, NAMES, subscriptionOf } from './parts-of-worlds.js';
import { client, customer, TODAY, type World } from './world.js';

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
export const anyEvents = fc.record(EVENTS, { requiredKeys: ['ended', 'quantity', 'renewed'] });

/** One of them alone. */
export const anyEvent: fc.Arbitrary<Partial<Events>> = fc.oneof(
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
export const anyPeople = fc.record({
  customer: fc.option(fc.record({ at: fc.nat(5), name: fc.constantFrom(...NAMES) }), { nil: undefined }),
  client: fc.option(fc.record({ at: fc.nat(6), name: fc.constantFrom(...NAMES), inactive: fc.boolean() }), { nil: undefined }),
  mapping: fc.option(fc.tuple(fc.nat(4), fc.option(fc.nat(5), { nil: undefined })), { nil: undefined }),
  gone: fc.option(fc.nat(5), { nil: undefined, freq: 4 }),
});

export function peopleHappen(state: World, people: typeof anyPeople extends fc.Arbitrary<infer T> ? T : never): World {
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
