import { randomUUID } from 'node:crypto';
import type { Subscription, SubscriptionDetail } from '../../src/domain/index.js';
import type { LookContext, MarketplaceLook } from '../../src/imports/look-marketplace.js';
import type { PsaLookContext } from '../../src/imports/look-psa.js';
import { PlanParts } from '../../src/imports/plan-parts.js';
import type { AppliedFields, Plan } from '../../src/imports/plan/input.js';
import { emptyPlan, inOrder } from '../../src/imports/plan/plan.js';
import type { Query } from '../../src/imports/store/query.js';
import { storeDetails } from '../../src/imports/store/seen.js';
import { CLIENTS, CUSTOMERS, licencesFor, storeShown, storeUnseen, SUBSCRIPTIONS, type Shown } from '../../src/imports/store/shown.js';
import type { Marketplace, Psa } from '../../src/imports/vendors.js';
import { psaForm } from '../../src/psa/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import type { Kept, Seen } from './parts-seen.js';
import { TODAY, type World } from './plan/world.js';

const tenantId = randomUUID();
const psaInstanceId = randomUUID();
const importId = randomUUID();

/** Whose parts are planned, and by what. */
export const FROM = { tenantId, psaInstanceId, marketplace: 'us', importId, attempt: 1, subscriptions: true, licences: true };

/** A database in which parts are planned. */
export class PartsStage {
  private constructor(private readonly database: TestDatabase) {}

  static async set(): Promise<PartsStage> {
    return new PartsStage(await createTestDatabase());
  }

  close(): Promise<void> {
    return this.database.close();
  }

  readonly query: Query = (sql, parameters) => this.database.dataSource.query(sql, parameters);

  /** Is done once, between two parts. */
  writesMeanwhile: string | undefined;

  /** Another one is read at another time. */
  readonly #readBefore = new Map<string, Date>();
  #readAtOf(detail: SubscriptionDetail): Date {
    const text = JSON.stringify(detail);
    const at = this.#readBefore.get(text) ?? new Date(1_700_000_000_000 + this.#readBefore.size);
    this.#readBefore.set(text, at);
    return at;
  }

  async #fill<T>(of: Shown<T>, rows: readonly T[], seen: readonly T[] = rows): Promise<void> {
    if (rows.length > 0) await storeShown(this, (work) => work(this.query), of, tenantId, rows);
    await storeUnseen(this, (work) => work(this.query), of, tenantId, new Set(seen.map((row) => of.idOf(row))));
  }

  /** Puts into the database what the looks of an import would have put there, and what Isthmus remembers. */
  async store({ world, customers, rows, details, malformedCustomers }: Seen): Promise<void> {
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
    await this.query(tables.map((table) => `DELETE FROM ${table};`).join(' '));
    const bad = world.customers.filter((one) => malformedCustomers.some(({ id }) => id === one.customerId));
    await this.#fill(CUSTOMERS, [...customers, ...bad], customers);
    const all = details.map(({ lines: _lines, ...row }): Subscription => row);
    await this.#fill(SUBSCRIPTIONS, all, rows);
    const read = details.map((detail) => ({ id: detail.subscriptionId, detail, readAt: this.#readAtOf(detail) }));
    await storeDetails(this.query, tenantId, read, { importId, attempt: 1 });
    await this.#fill(CLIENTS, world.clients);
    await this.#fill(licencesFor('us'), world.licences);
    await this.query(
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
    await this.query(
      `INSERT INTO links (psa_instance_id, tenant_id, subscription_id, line, licence_id, create_anyway, archived_at, archived_why)
       SELECT $1, "tenantId", "subscriptionId", line, "licenceId", "createAnyway", CASE WHEN why IS NOT NULL THEN now() END, why
       FROM jsonb_to_recordset($2::jsonb) AS known("tenantId" uuid, "subscriptionId" text, line text, "licenceId" text, "createAnyway" boolean, why text)`,
      [psaInstanceId, JSON.stringify(links)],
    );
    await this.#storeWritten(world.lastApplied);
  }

  /** What was written last, as an import that came to no end leaves it. */
  async #storeWritten(written: World['lastApplied']): Promise<void> {
    await this.query(
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
    await this.query(
      `INSERT INTO changes (psa_instance_id, tenant_id, import_id, attempt, sequence, entity, action, psa_id, before, planned, after, state, settled_at)
       SELECT $1, $2, $3, 1, sequence, entity, 'update', id, before, planned, planned, 'applied', now()
       FROM jsonb_to_recordset($4::jsonb) AS written(sequence int, entity text, id text, before jsonb, planned jsonb)`,
      [psaInstanceId, tenantId, importId, JSON.stringify(changes)],
    );
  }

  /** The plan that the parts come to together; `kept` counts what was settled, and keeps what is. */
  async inParts(seen: Seen, partSize: number, kept?: Kept): Promise<Plan> {
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
      db: this,
      marketplace: marketplace as Marketplace,
      psa: psa as Psa,
      look,
      marketplaceContext: {} as LookContext,
      psaContext: {} as PsaLookContext,
      progress: () => Promise.resolve(),
      scope: null,
      from: FROM,
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
      if (this.writesMeanwhile !== undefined) await this.query(this.writesMeanwhile);
      this.writesMeanwhile = undefined;
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
}

const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).toSorted();
/** A plan, whatever the order of what is in it. */
export const seenOf = ({ mappings, forgotten, links, changes, skips, unchanged }: Plan): object => ({
  mappings: sorted(mappings),
  forgotten: sorted(forgotten),
  links: sorted(links),
  changes: sorted(changes),
  skips: sorted(skips),
  unchanged,
});
