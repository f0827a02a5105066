import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { weightOf, type Weight } from '../../../src/imports/guard/guard.js';
import type { PlannedChange } from '../../../src/imports/plan/input.js';
import { inOrder } from '../../../src/imports/plan/plan.js';
import { claimImport, ImportHold } from '../../../src/imports/store/import-row.js';
import { PlanStore, type Kind, type Source } from '../../../src/imports/store/plan-store.js';
import { stage, type Stage } from '../stage.js';

const EMPTY = { customers: 0, subscriptions: 0 };
const KINDS: readonly Kind[] = ['clientLinks', 'clientCreates', 'siteUpdates', 'licenceUpdates', 'licenceCreates'];

const id = fc.integer({ min: 1, max: 999 }).map(String);
const count = fc.constantFrom(0, 0, 3);
const line = { customerId: id, subscriptionId: id, line: fc.constantFrom('A', 'B é "\\') };

const changes: fc.Arbitrary<PlannedChange> = fc.oneof(
  fc.record({
    entity: fc.constant('client' as const),
    action: fc.constant('link' as const),
    customerId: id,
    psaId: id,
    clientName: fc.string(),
  }),
  fc.record({
    entity: fc.constant('client' as const),
    action: fc.constant('create' as const),
    customerId: id,
    client: fc.record({ name: fc.string(), ref: id, siteName: fc.constant('Main') }),
  }),
  fc.record(
    {
      entity: fc.constant('site' as const),
      action: fc.constant('update' as const),
      customerId: id,
      psaId: id,
      clientId: id,
      before: fc.constant({ line1: 'Old' }),
      fields: fc.constant({ line1: 'New' }),
      address: fc.constant({ addressId: '7', line1: 'New', line3: 'Town' }),
      countryCode: fc.constant('AU'),
    },
    { requiredKeys: ['entity', 'action', 'customerId', 'psaId', 'clientId', 'before', 'fields', 'address'] },
  ),
  fc.record({
    entity: fc.constant('licence' as const),
    action: fc.constant('create' as const),
    ...line,
    fields: fc.record({ client_id: fc.option(id), count }),
  }),
  fc.record(
    {
      entity: fc.constant('licence' as const),
      action: fc.constantFrom('update' as const, 'rekey' as const, 'reactivate' as const, 'deactivate' as const),
      ...line,
      psaId: id,
      before: fc.record({ count, is_active: fc.boolean() }),
      fields: fc.record({ count, is_active: fc.boolean() }, { requiredKeys: ['count'] }),
      link: fc.record({ subscriptionId: id, line: fc.constant('A'), licenceId: id, origin: fc.constant('renewal' as const) }),
    },
    { requiredKeys: ['entity', 'action', 'customerId', 'subscriptionId', 'line', 'psaId', 'before', 'fields'] },
  ),
);

/** Text that Postgres cannot keep is kept as near to it as it can: not what these tests are about. */
const storable = (change: PlannedChange): boolean => !/\\u(0000|d[89a-f])/.test(JSON.stringify(change));

describe('The changes of a plan that is stored part by part', () => {
  let on: Stage;
  let store: PlanStore;
  let importId: string;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  afterAll(() => on.close());
  beforeEach(() => begin());

  async function begin(): Promise<void> {
    await on.reset(EMPTY);
    importId = await on.queue();
    const run = await claimImport(on.database.dataSource, importId);
    store = new PlanStore(new ImportHold(on.database.dataSource, importId, run!.attempt), run!);
  }

  async function all<T extends { id: string }>(source: Source<T>): Promise<Omit<T, 'id'>[]> {
    const found: Omit<T, 'id'>[] = [];
    for (let some = await source(); some.length > 0; some = await source()) for (const { id: _id, ...change } of some) found.push(change);
    return found;
  }

  async function planned(): Promise<unknown[]> {
    const found: unknown[] = [];
    for (const kind of KINDS) found.push(...(await all(store.planned(kind))));
    return found;
  }

  it('come back as they were planned, in the order in which they are done', async () => {
    await fc.assert(
      fc
        .asyncProperty(fc.array(fc.array(changes.filter(storable), { maxLength: 6 }), { maxLength: 4 }), async (parts) => {
          for (const part of parts) await store.addPart({ changes: part, skips: [] });
          const whole = parts.flat();
          inOrder(whole);
          expect(await planned()).toEqual(whole);
          const counts = await store.plannedCounts();
          expect(Object.values(counts).reduce((sum, n) => sum + n, 0)).toBe(whole.length);
          for (const kind of KINDS) expect(counts[kind]).toBe((await all(store.planned(kind))).length);
        })
        .beforeEach(begin),
      { numRuns: 25 },
    );
  });

  it('wait for a person exactly where the guard weighs them so', async () => {
    await fc.assert(
      fc
        .asyncProperty(
          fc.array(changes.filter(storable), { maxLength: 12 }),
          fc.subarray<Weight>(['loss', 'client']),
          async (part, heavy) => {
            await store.addPart({ changes: part, skips: [] });
            await store.holdBack(Object.fromEntries(heavy.map((weight) => [weight, 'Too many.'])));
            const light = part.filter((change) => !heavy.includes(weightOf(change)!));
            inOrder(light);
            expect(await planned()).toEqual(light);
            expect(await store.heldNames()).toHaveLength(part.length - light.length);
          },
        )
        .beforeEach(begin),
      { numRuns: 25 },
    );
  });

  it('are more than are read at a time', async () => {
    const creates = Array.from({ length: 1201 }, (_none, at): PlannedChange => ({
      entity: 'licence',
      action: 'create',
      customerId: '1',
      subscriptionId: String(at),
      line: 'A',
      fields: { client_id: at % 2 === 0 ? '5' : null, count: 1 },
    }));
    await store.addPart({ changes: creates, skips: [] });
    expect(await all(store.planned('licenceCreates'))).toEqual(creates);
    expect(await all(store.planned('licenceCreates', { placed: true }))).toHaveLength(601);
    expect(await store.failPlanned('licenceCreates', 'Not tried.')).toBe(1201);
    expect(await planned()).toEqual([]);
  });

  it('are gone once the plan is dropped', async () => {
    await store.addPart({
      changes: [{ entity: 'client', action: 'create', customerId: '1', client: { name: 'N', ref: 'r', siteName: 'Main' } }],
      skips: [{ entity: 'customer', marketplaceId: '2', reason: 'ignored', detail: 'Said so.' }],
    });
    await store.dropPlan();
    for (const table of ['changes', 'skips']) {
      expect(await on.database.dataSource.query(`SELECT 1 FROM ${table} WHERE import_id = $1`, [importId])).toEqual([]);
    }
  });
});
