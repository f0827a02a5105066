import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Subscription, SubscriptionDetail } from '../../src/domain/index.js';
import type { LookContext, MarketplaceLook } from '../../src/imports/look-marketplace.js';
import type { PsaLookContext } from '../../src/imports/look-psa.js';
import { PlanParts } from '../../src/imports/plan-parts.js';
import type { AppliedFields, Plan, PlanInput } from '../../src/imports/plan/input.js';
import { emptyPlan, inOrder, isWhole, planImport } from '../../src/imports/plan/plan.js';
import type { SettledParts } from '../../src/imports/settled-parts.js';
import { groundOf } from '../../src/imports/store/ground.js';
import type { Query } from '../../src/imports/store/query.js';
import { storeDetails } from '../../src/imports/store/seen.js';
import { CLIENTS, CUSTOMERS, licencesFor, storeShown, storeUnseen, SUBSCRIPTIONS, type Shown } from '../../src/imports/store/shown.js';
import type { Marketplace, Psa } from '../../src/imports/vendors.js';
import { psaForm } from '../../src/psa/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { client, customer, inputOf, line, mapped, plan, play, subscription, TODAY, world, type World } from './plan/world.js';
import { anyHappenings, anyLater } from './plan/worlds.js';

const RUNS = { numRuns: 100 };
/** Each run fills a database. */
const PATIENCE_MS = 300_000;

/** What an import meets besides a world: subscriptions that the list lacks, or that nobody understands, and whether it may end licences. */
const anySight = fc.record({
  absent: fc.uniqueArray(fc.nat(9), { maxLength: 2 }),
  unlisted: fc.uniqueArray(fc.nat(9), { maxLength: 1 }),
  unread: fc.uniqueArray(fc.nat(9), { maxLength: 1 }),
  malformedCustomer: fc.option(fc.nat(4), { nil: undefined, freq: 3 }),
  complete: fc.constantFrom(true, true, false),
  endings: fc.boolean(),
});
const ALL_SEEN = { absent: [], unlisted: [], unread: [], malformedCustomer: undefined, complete: true, endings: false };
type Sight = typeof anySight extends fc.Arbitrary<infer T> ? T : never;

/** A licence was left behind on purpose only as long as no line is kept in it, of whichever tenant. */
function leftBehind({ released, elsewhere, links }: World): World['released'] {
  const kept = new Set(links.map(({ licenceId }) => licenceId));
  return new Set([...released].filter((id) => !elsewhere.has(id) && !kept.has(id)));
}

/** A world, and what of it a look shows. */
class Seen {
  readonly customers: World['customers'];
  readonly malformedCustomers: { id: string; reason: string }[];
  readonly rows: Subscription[];
  readonly malformed: { id: string; reason: string }[];
  readonly details: SubscriptionDetail[];
  readonly absent = new Map<string, SubscriptionDetail | null>();

  constructor(
    readonly world: World,
    readonly sight: Sight,
  ) {
    const bad = world.customers[sight.malformedCustomer ?? -1];
    this.customers = world.customers.filter((one) => one !== bad);
    this.malformedCustomers = bad ? [{ id: bad.customerId, reason: 'cut' }] : [];
    const away = new Set([...sight.absent, ...sight.unlisted].map((at) => world.subscriptions[at]));
    const unread = new Set(sight.unread.map((at) => world.subscriptions[at]).filter((one) => !away.has(one)));
    this.rows = world.subscriptions.filter((one) => !away.has(one) && !unread.has(one)).map(({ lines: _lines, ...row }) => row);
    this.malformed = [...unread].flatMap((one) => (one ? [{ id: one.subscriptionId, reason: 'cut' }] : []));
    this.details = world.subscriptions;
    for (const at of sight.absent) {
      const one = world.subscriptions[at];
      if (one) this.absent.set(one.subscriptionId, null);
    }
    for (const at of sight.unlisted) {
      const one = world.subscriptions[at];
      if (one && !this.absent.has(one.subscriptionId)) this.absent.set(one.subscriptionId, one);
    }
  }

  get settings(): PlanInput {
    return inputOf(this.world, { endings: this.sight.endings && this.sight.complete });
  }

  /** The plan of one part that holds everything, in memory. Who is not listed is asked for by id where the plan calls for it. */
  whole(): Plan {
    const absent = new Map<string, SubscriptionDetail | null>();
    const clientDetails = new Map<string, null>();
    const licenceDetails = new Map<string, null>();
    const input: PlanInput = {
      ...this.settings,
      customers: { rows: this.customers, complete: true, malformed: this.malformedCustomers, dropped: 0 },
      subscriptions: { rows: this.rows, complete: this.sight.complete, malformed: this.malformed, dropped: 0 },
      absent,
      clientDetails,
      licenceDetails,
    };
    let made = planImport(input);
    for (let round = 0; round < 5 && !isWhole(made); round += 1) {
      for (const id of made.needs.details) if (this.absent.has(id)) absent.set(id, this.absent.get(id)!);
      // What the lists lack, the PSA does not know.
      for (const id of made.needs.clients) clientDetails.set(id, null);
      for (const id of made.needs.licences) licenceDetails.set(id, null);
      made = planImport(input);
    }
    if (made.needs.licences.size + made.needs.details.size + made.needs.clients.size > 0) throw new Error('the plan is not whole');
    return made;
  }
}

/** Settled parts, and what became of them. */
class Kept implements SettledParts {
  readonly repeated: Plan[] = [];
  readonly planned: Plan[] = [];
  /** Whether all of them counted again at once. */
  atOnce = false;

  constructor(
    readonly parts = new Map<string, Plan>(),
    public anyStuck = false,
    readonly grounds = new Map<string, Plan[]>(),
  ) {}

  /** The same, for another plan. */
  next(): Kept {
    return new Kept(this.parts, this.anyStuck, this.grounds);
  }

  get any(): boolean {
    return this.parts.size > 0;
  }

  repeat(print: string): Promise<boolean> {
    const part = this.parts.get(print);
    if (part) this.repeated.push(part);
    return Promise.resolve(part !== undefined);
  }

  repeatAll(ground: string): Promise<boolean> {
    const parts = this.grounds.get(ground);
    this.repeated.push(...(parts ?? []));
    this.atOnce = parts !== undefined;
    return Promise.resolve(this.atOnce);
  }

  allRestOn(ground: string): void {
    this.grounds.set(ground, [...this.repeated, ...this.planned]);
  }
}

describe('A plan made part by part', () => {
  let database: TestDatabase;
  const tenantId = randomUUID();
  const psaInstanceId = randomUUID();
  const importId = randomUUID();
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.close());

  const query: Query = (sql, parameters) => database.dataSource.query(sql, parameters);
  const db = { query };

  /** Is done once, between two parts. */
  let writesMeanwhile: string | undefined;

  /** Another one is read at another time. */
  const readBefore = new Map<string, Date>();
  function readAtOf(detail: SubscriptionDetail): Date {
    const text = JSON.stringify(detail);
    const at = readBefore.get(text) ?? new Date(1_700_000_000_000 + readBefore.size);
    readBefore.set(text, at);
    return at;
  }

  async function fill<T>(of: Shown<T>, rows: readonly T[], seen: readonly T[] = rows): Promise<void> {
    if (rows.length > 0) await storeShown(db, (work) => work(query), of, tenantId, rows);
    await storeUnseen({ query }, (work) => work(query), of, tenantId, new Set(seen.map((row) => of.idOf(row))));
  }

  /** Puts into the database what the looks of an import would have put there, and what Isthmus remembers. */
  async function store({ world, customers, rows, details, malformedCustomers }: Seen): Promise<void> {
    const tables = [
      'customers',
      'subscriptions',
      'subscription_lines',
      'subscription_history',
      'psa_clients',
      'psa_licences',
      'links',
      'mappings',
      'changes',
      'imports',
    ];
    await query(tables.map((table) => `DELETE FROM ${table};`).join(' '));
    const bad = world.customers.filter((one) => malformedCustomers.some(({ id }) => id === one.customerId));
    await fill(CUSTOMERS, [...customers, ...bad], customers);
    const all = details.map(({ lines: _lines, ...row }): Subscription => row);
    await fill(SUBSCRIPTIONS, all, rows);
    const read = details.map((detail, at) => ({ row: all[at]!, detail, readAt: readAtOf(detail) }));
    await storeDetails(query, tenantId, read, { importId, attempt: 1 });
    await fill(CLIENTS, world.clients);
    await fill(licencesFor('us'), world.licences);
    await query(
      `INSERT INTO mappings (tenant_id, customer_id, state, client_id, origin)
       SELECT $1, "customerId", state, "clientId", origin FROM jsonb_to_recordset($2::jsonb) AS known("customerId" text, state text, "clientId" text, origin text)`,
      [tenantId, JSON.stringify(world.mappings)],
    );
    const kept = new Set(world.links.map((one) => one.licenceId));
    const links = [
      ...world.links.map((one) => ({ ...one, tenantId })),
      ...[...world.released].map((id) => ({
        tenantId,
        subscriptionId: 'left',
        line: id,
        licenceId: id,
        createAnyway: false,
        why: 'recreate',
      })),
      ...[...world.elsewhere]
        .filter((id) => !kept.has(id))
        .map((id) => ({ tenantId: randomUUID(), subscriptionId: 'theirs', line: id, licenceId: id, createAnyway: false })),
    ];
    await query(
      `INSERT INTO links (psa_instance_id, tenant_id, subscription_id, line, licence_id, create_anyway, archived_at, archived_why)
       SELECT $1, "tenantId", "subscriptionId", line, "licenceId", "createAnyway", CASE WHEN why IS NOT NULL THEN now() END, why
       FROM jsonb_to_recordset($2::jsonb) AS known("tenantId" uuid, "subscriptionId" text, line text, "licenceId" text, "createAnyway" boolean, why text)`,
      [psaInstanceId, JSON.stringify(links)],
    );
    await storeWritten(world.lastApplied);
  }

  /** What was written last, as an import that came to no end leaves it. */
  async function storeWritten(written: World['lastApplied']): Promise<void> {
    await query(
      `INSERT INTO imports (id, psa_instance_id, tenant_id, entities, trigger, requested_by, state, counts, started_at)
       VALUES ($1, $2, $3, '{customers,subscriptions}', 'manual', 'somebody', 'failed', '{}', now())`,
      [importId, psaInstanceId, tenantId],
    );
    const changes = [...written].map(([name, fields], sequence) => {
      const [entity, id] = name.split(':');
      const each = (value: (of: AppliedFields[string]) => unknown): object =>
        Object.fromEntries(Object.entries(fields).map(([field, of]) => [field, value(of)]));
      return { sequence, entity, id, before: each(({ stood }) => stood[0] ?? null), planned: each(({ asked }) => asked) };
    });
    await query(
      `INSERT INTO changes (psa_instance_id, tenant_id, import_id, attempt, sequence, entity, action, psa_id, before, planned, after, state, settled_at)
       SELECT $1, $2, $3, 1, sequence, entity, 'update', id, before, planned, planned, 'applied', now()
       FROM jsonb_to_recordset($4::jsonb) AS written(sequence int, entity text, id text, before jsonb, planned jsonb)`,
      [psaInstanceId, tenantId, importId, JSON.stringify(changes)],
    );
  }

  async function inParts(seen: Seen, partSize: number, kept?: Kept): Promise<Plan> {
    const { settings } = seen;
    const look: MarketplaceLook = {
      customers: { complete: true, dropped: 0, malformed: seen.malformedCustomers, seen: 0 },
      subscriptions: { complete: seen.sight.complete, dropped: 0, malformed: seen.malformed, seen: 0 },
      records: 0,
      unreadable: new Map(),
      callsMade: 0,
    };
    const marketplace: Pick<Marketplace, 'subscription'> = {
      // One that is listed is known: otherwise nothing that is not known would count.
      subscription: (id) =>
        Promise.resolve(seen.absent.has(id) ? seen.absent.get(id)! : seen.details.find((one) => one.subscriptionId === id)!),
    };
    const psa: Pick<Psa, 'licence' | 'client'> = { licence: () => Promise.resolve(null), client: () => Promise.resolve(null) };
    const parts = new PlanParts({
      db,
      marketplace: marketplace as Marketplace,
      psa: psa as Psa,
      look,
      marketplaceContext: {} as LookContext,
      psaContext: {} as PsaLookContext,
      progress: () => Promise.resolve(),
      scope: null,
      from: { tenantId, psaInstanceId, marketplace: 'us', importId, attempt: 1, subscriptions: true, licences: true },
      settings: {
        marketplace: 'us',
        entities: settings.entities,
        today: TODAY,
        clientImport: settings.clientImport,
        subscriptionImport: settings.subscriptionImport,
        form: psaForm({}),
        keysLost: false,
        endings: settings.endings,
      },
      partSize,
      ...(kept ? { settled: kept } : {}),
    });
    const plan = emptyPlan();
    await parts.each(async ({ plan: part, print }) => {
      if (writesMeanwhile !== undefined) await query(writesMeanwhile);
      writesMeanwhile = undefined;
      if (kept && print !== undefined) {
        kept.parts.set(print.digest, part);
        kept.planned.push(part);
        kept.anyStuck ||= print.stuck;
      }
      for (const list of ['mappings', 'forgotten', 'links', 'changes', 'skips'] as const) (plan[list] as unknown[]).push(...part[list]);
      plan.unchanged.clients += part.unchanged.clients;
      plan.unchanged.licences += part.unchanged.licences;
    });
    for (const part of kept?.repeated ?? []) {
      plan.skips.push(...part.skips);
      plan.mappings.push(...part.mappings);
      plan.unchanged.clients += part.unchanged.clients;
      plan.unchanged.licences += part.unchanged.licences;
    }
    inOrder(plan.changes);
    return plan;
  }

  const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).toSorted();
  const seenOf = ({ mappings, forgotten, links, changes, skips, unchanged }: Plan): object => ({
    mappings: sorted(mappings),
    forgotten: sorted(forgotten),
    links: sorted(links),
    changes: sorted(changes),
    skips: sorted(skips),
    unchanged,
  });

  it(
    'is the plan of everything at once, however small the parts',
    async () => {
      await fc.assert(
        fc.asyncProperty(anyLater, anySight, fc.constantFrom(1, 3, 1000), async (state, sight, size) => {
          const seen = new Seen({ ...state, released: leftBehind(state) }, sight);
          await store(seen);
          expect(seenOf(await inParts(seen, size))).toEqual(seenOf(seen.whole()));
        }),
        RUNS,
      );
    },
    PATIENCE_MS,
  );

  it(
    'is the same when what was settled is not planned again, whatever happened since',
    async () => {
      let repeated = 0;
      let atOnce = 0;
      await fc.assert(
        fc.asyncProperty(anyLater, anyHappenings, anySight, fc.constantFrom(1, 3, 1000), async (state, happenings, sight, size) => {
          const sightOf = (world: World): Seen => new Seen({ ...world, released: leftBehind(world) }, sight);
          // What an import leaves behind is settled, mostly.
          let world = play(state, plan(state));
          let kept = new Kept();
          for (const happening of [(same: World): World => same, ...happenings]) {
            world = happening(world);
            const seen = sightOf(world);
            await store(seen);
            // Nothing at all happens before the second one.
            for (const again of [false, true]) {
              kept = kept.next();
              expect(seenOf(await inParts(seen, size, kept))).toEqual(seenOf(seen.whole()));
              if (again && kept.atOnce) atOnce += 1;
              else repeated += kept.repeated.length;
            }
          }
        }),
        { numRuns: 50 },
      );
      // Else the property would say nothing.
      expect(repeated).toBeGreaterThan(0);
      expect(atOnce).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );

  describe('in which all is settled', () => {
    const first = world({
      customers: [customer('1', 'Contoso')],
      clients: [client('7', 'Contoso'), client('8', 'Fabrikam')],
      subscriptions: [subscription('100', '1', [line('A')])],
    });
    const settledWorld = play(first, plan(first));
    const [licence] = settledWorld.licences;
    const [link] = settledWorld.links;

    /** Whether the part of that world is planned again after this happened. */
    async function plannedAfter(happens: () => Partial<World>): Promise<boolean> {
      const kept = new Kept();
      await store(new Seen(settledWorld, ALL_SEEN));
      await inParts(new Seen(settledWorld, ALL_SEEN), 1000, kept);
      expect(kept.parts.size).toBe(1);
      const seen = new Seen({ ...settledWorld, ...happens() }, ALL_SEEN);
      await store(seen);
      await inParts(seen, 1000, kept);
      return kept.repeated.length === 0;
    }

    it('is not planned again', async () => {
      expect(await plannedAfter(() => ({}))).toBe(false);
    });

    it('is not planned again when only what was written last is another, for nothing that was written was undone', async () => {
      const written = new Map([[`licence:${licence!.licenceId}`, { count: { asked: licence!.count, stood: [3] } }]]);
      expect(await plannedAfter(() => ({ lastApplied: written }))).toBe(false);
    });

    it('is planned again when only what was written last is another, where something written was undone', async () => {
      const lineOf = { ...settledWorld, licences: [{ ...licence!, count: 3 }] };
      const undone = (stood: number): World => ({
        ...lineOf,
        lastApplied: new Map([[`licence:${licence!.licenceId}`, { count: { asked: licence!.count, stood: [stood] } }]]),
      });
      let kept = new Kept();
      const again = async (state: World): Promise<number> => {
        const seen = new Seen(state, ALL_SEEN);
        await store(seen);
        kept = kept.next();
        expect(seenOf(await inParts(seen, 1000, kept))).toEqual(seenOf(seen.whole()));
        return kept.repeated.length;
      };
      expect(await again(undone(3))).toBe(0);
      expect(await again(undone(3))).toBe(1);
      expect(await again(undone(2))).toBe(0);
    });

    it.each<[string, () => Partial<World>]>([
      ['its client is another', () => ({ clients: [client('7', 'Contoso', { inactive: true }), client('8', 'Fabrikam')] })],
      ['a customer of its name appears', () => ({ customers: [...settledWorld.customers, customer('2', 'Contoso')], mappings: [] })],
      ['its customer is another', () => ({ customers: [customer('1', 'Contoso', { status: 'cancelled' })] })],
      ['its mapping is another', () => ({ mappings: [{ ...mapped('1', '8') }] })],
      ['somebody else is mapped to its client', () => ({ mappings: [...settledWorld.mappings, mapped('2', '7')] })],
      ['its licence is another', () => ({ licences: [{ ...licence!, count: 77 }] })],
      ['a licence with its key appears', () => ({ licences: [licence!, { ...licence!, licenceId: '5000', clientId: '8' }] })],
      ['its link is gone', () => ({ links: [] })],
      ['its licence is linked to another line', () => ({ links: [{ ...link!, line: 'B' }] })],
      ['its licence was left behind', () => ({ links: [], released: new Set([licence!.licenceId]) })],
      ['its licence is another tenant’s', () => ({ links: [], elsewhere: new Set([licence!.licenceId]) })],
      ['its detail is another', () => ({ subscriptions: [subscription('100', '1', [line('A', { quantity: 9 })])] })],
      ['its row is another', () => ({ subscriptions: [subscription('100', '1', [line('A')], { status: 'hold' })] })],
      ['its customer has another subscription', () => ({ subscriptions: [...first.subscriptions, subscription('101', '1', [])] })],
    ])('is planned again when %s', async (_what, happens) => {
      expect(await plannedAfter(happens)).toBe(true);
    });
  });

  describe('all of which is settled', () => {
    const first = world({
      customers: [customer('1', 'Contoso'), customer('2', 'Fabrikam')],
      clients: [client('7', 'Contoso'), client('8', 'Fabrikam')],
      subscriptions: [subscription('100', '1', [line('A')]), subscription('200', '2', [line('B')])],
    });
    const seen = new Seen(play(first, plan(first)), ALL_SEEN);

    /** Whether all parts count again at once after this happened. */
    async function atOnceAfter(happens: () => Promise<unknown>): Promise<boolean> {
      let kept = new Kept();
      await store(seen);
      await inParts(seen, 1, kept);
      expect(kept.planned.length).toBeGreaterThan(1);
      await happens();
      kept = kept.next();
      await inParts(seen, 1, kept);
      return kept.atOnce;
    }

    it('counts again at once while nothing was written', async () => {
      expect(await atOnceAfter(() => Promise.resolve())).toBe(true);
    });

    const elsewhere = `INSERT INTO links (psa_instance_id, tenant_id, subscription_id, line, licence_id, create_anyway) VALUES ('${psaInstanceId}', '${randomUUID()}', 'theirs', '', '77', false)`;
    it.each([
      ['a customer', `UPDATE customers SET digest = 'other' WHERE customer_id = '2'`],
      ['whether a customer is listed', `UPDATE customers SET listed = false WHERE customer_id = '2'`],
      ['a row', `UPDATE subscriptions SET digest = 'other' WHERE subscription_id = '200'`],
      ['whether a subscription is listed', `UPDATE subscriptions SET listed = false WHERE subscription_id = '200'`],
      ['when a detail was read', `UPDATE subscriptions SET read_at = read_at + interval '1 second' WHERE subscription_id = '200'`],
      ['who read a detail', `UPDATE subscriptions SET read_attempt = 2 WHERE subscription_id = '200'`],
      ['a client', `UPDATE psa_clients SET digest = 'other' WHERE client_id = '8'`],
      ['whether there is a client', `DELETE FROM psa_clients WHERE client_id = '8'`],
      ['a licence', `UPDATE psa_licences SET digest = 'other' WHERE client_id = '8'`],
      ['whether there is a licence', `DELETE FROM psa_licences WHERE client_id = '8'`],
      ['a mapping', `UPDATE mappings SET state = 'ignored', client_id = NULL WHERE customer_id = '2'`],
      ['a mapping for a moment', `UPDATE mappings SET state = 'ignored'; UPDATE mappings SET state = 'mapped'`],
      ['whether there is a mapping', `UPDATE mappings SET archived_at = now() WHERE customer_id = '2'`],
      ['a link', `UPDATE links SET create_anyway = true WHERE subscription_id = '200'`],
      ['a link for a moment', `UPDATE links SET line = 'x' || line; UPDATE links SET line = substr(line, 2)`],
      ['why a licence was left behind', `UPDATE links SET archived_at = now(), archived_why = 'recreate' WHERE subscription_id = '200'`],
      ['what another tenant holds', elsewhere],
    ])('does not when %s is another', async (_what, sql) => {
      expect(await atOnceAfter(() => query(sql))).toBe(false);
    });

    it('does not when something is written while it is planned', async () => {
      await store(seen);
      const kept = new Kept();
      const from = { tenantId, psaInstanceId, importId, attempt: 1, subscriptions: true, licences: true };
      const before = await groundOf(db, from);
      writesMeanwhile = `UPDATE mappings SET state = state`;
      await inParts(seen, 1, kept);
      expect(await groundOf(db, from)).not.toBe(before);
      expect(kept.grounds.size).toBe(0);
    });
  });

  it('knows in each part that a licence with one of its keys is kept for a line of another part', async () => {
    const first = world({
      customers: [customer('1', 'Contoso'), customer('2', 'Fabrikam')],
      clients: [client('7', 'Contoso'), client('8', 'Fabrikam')],
      mappings: [mapped('1', '7'), mapped('2', '8')],
      subscriptions: [subscription('100', '1', [line('A')]), subscription('200', '2', [line('B')])],
    });
    const imported = play(first, plan(first));
    const licenceId = imported.links.find((link) => link.subscriptionId === '100')!.licenceId;
    const links = [{ subscriptionId: '200', line: 'B', licenceId, createAnyway: false }];
    const seen = new Seen({ ...imported, links }, ALL_SEEN);
    await store(seen);
    const whole = seen.whole();
    expect(whole.links.map((link) => link.licenceId)).not.toContain(licenceId);
    expect(seenOf(await inParts(seen, 1))).toEqual(seenOf(whole));
  });
});
