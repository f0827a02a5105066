import fc from 'fast-check';
import type { PlanInput } from '../../../src/imports/plan/input.js';
import { anyEvent, anyEvents, anyPeople, happen, peopleHappen } from './events.js';
import { anySubscription, MPNS, NAMES, subscriptionOf } from './parts-of-worlds.js';
import { client, customer, licence, plan, play, world, type World } from './world.js';

/** Arbitrary worlds, small and awkward. */

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
