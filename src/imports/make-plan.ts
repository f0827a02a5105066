import type { DataSource } from 'typeorm';
import type { Import, PsaInstance, Tenant } from '../../entities/index.js';
import { openClientCreates, openLicenceWrites, settleClientCreates, settleLicenceWrites } from './apply/settle-open.js';
import { requireKeys } from './apply/keys-kept.js';
import { codeDigest } from './code.js';
import { ImportFailure } from './failure.js';
import { weigh, type GuardFacts, type Weighed } from './guard/guard.js';
import { calledFor, remarksOn } from './guard/hold-back.js';
import { lookAtMarketplace, type LookContext, type MarketplaceLook } from './look-marketplace.js';
import { lookAtPsa, type PsaLook, type PsaLookContext } from './look-psa.js';
import type { KnownMapping, Plan } from './plan/input.js';
import { emptyPlan } from './plan/plan.js';
import { PlanParts } from './plan-parts.js';
import type { Progress } from './report-progress.js';
import type { ImportHold } from './store/import-row.js';
import { loadMappings } from './store/known.js';
import { KnownLists } from './store/known-lists.js';
import { releasedAmong } from './store/part-rows.js';
import type { PlanStore } from './store/plan-store.js';
import { clientsCalled, countForGuard, licencesNamed, requireLook, showsOurKeys } from './store/psa-records.js';
import { Settled } from './store/settled.js';
import { stragglersFor } from './store/stragglers.js';
import type { Marketplace, Psa, PsaForm } from './vendors.js';

export interface PlanContext {
  dataSource: DataSource;
  hold: ImportHold;
  store: PlanStore;
  marketplace: Marketplace;
  psa: Psa;
  form: PsaForm;
  tenant: Tenant;
  psaInstance: PsaInstance;
  run: Import;
  now(): number;
  /** Waits so many milliseconds; throws when the import is to stop. */
  wait(ms: number): Promise<void>;
  progress: Progress;
  rememberKeys(of: 'client' | 'licence', kept: boolean): Promise<void>;
  remarks: string[];
}

interface LookingContext extends PlanContext {
  lists: KnownLists;
}

/** A plan whose changes, and what it leaves alone, are stored. */
export type Outline = Pick<Plan, 'mappings' | 'forgotten' | 'links' | 'unchanged'> & {
  weighed: Weighed;
  /** Whether records of a kind are to be created. */
  creates: Record<'client' | 'licence', boolean>;
};

/** A plan, and what of the looks it rests on is still needed. */
export interface MadePlan {
  plan: Outline;
  there: PsaLook;
  /** Of each list of the marketplace, its records and how many of them could not be understood. */
  looks: GuardFacts['looks'];
}

/** Looks at both sides and plans, looking up what the planner says it lacks until the plan is whole. */
export async function makePlan(planned: PlanContext): Promise<MadePlan> {
  const { dataSource, marketplace, psa, tenant, run, progress } = planned;
  const scope = scopeOf(run, run.clientId === null ? [] : await loadMappings(dataSource, tenant.id));
  const context: LookingContext = { ...planned, lists: new KnownLists(dataSource, tenant, scope === null) };
  const look = await lookAtMarketplace(lookContext(context), marketplace, scope);
  const complete = look.subscriptions?.complete ?? true;
  if (mayEnd(run, tenant) && !complete) context.remarks.push('So no licence was made inactive.');

  await progress('psa', 0, null);
  // A write that nobody heard the end of may still be on its way: a look before it arrives would lead to a twin.
  const left = await stragglersFor(dataSource, tenant.id);
  if (left > 0) await context.wait(left);
  const there = await lookAtPsa(psaLookContext(context), psa, run.entities.includes('subscriptions'));
  await context.lists.keep(context.hold);
  await settleOpenChanges(context);

  const from = {
    tenantId: tenant.id,
    psaInstanceId: tenant.psaInstanceId,
    marketplace: tenant.marketplace,
    importId: run.id,
    attempt: run.attempt,
    subscriptions: look.subscriptions !== null,
    licences: run.entities.includes('subscriptions'),
  };
  const settings = {
    marketplace: tenant.marketplace,
    entities: run.entities,
    today: new Date(context.now()).toISOString().slice(0, 10),
    clientImport: tenant.clientImport,
    subscriptionImport: tenant.subscriptionImport,
    keysLost: context.psaInstance.licenceKeysKept === false,
    endings: mayEnd(run, tenant) && complete,
  };
  // The PSA's form of values goes by the settings and the currency.
  const restsOn = [await codeDigest(), settings, tenant.currency, from.subscriptions, from.licences, wholeness(look)];
  const settled = scope === null ? await Settled.load(dataSource, context.hold, tenant.id, restsOn) : undefined;
  const parts = new PlanParts({
    db: dataSource,
    marketplace,
    psa,
    look,
    marketplaceContext: lookContext(context),
    psaContext: psaLookContext(context),
    progress,
    scope,
    from,
    settings: { ...settings, form: context.form },
    ...(settled ? { settled } : {}),
  });
  const plan: Outline = { ...emptyPlan(), weighed: { losses: 0, clients: 0 }, creates: { client: false, licence: false } };
  let unmapped = false;
  let called = 0;
  try {
    await parts.each(async ({ plan: part, print }) => {
      const changes = calledFor(run.approval, part.changes);
      called += changes.filter(({ action }) => action !== 'link').length;
      const skips = await context.store.addPart({ changes, skips: part.skips });
      if (print !== undefined) settled?.add(print, part, skips);
      unmapped ||= part.skips.some(({ reason }) => reason === 'unmapped_customer');
      addPart(plan, { ...part, changes });
    });
    // Of sites, if they were looked at.
    await context.lists.keep(context.hold);
    plan.mappings.push(...(settled?.open ?? []));
    plan.unchanged.clients += settled?.unchanged.clients ?? 0;
    plan.unchanged.licences += settled?.unchanged.licences ?? 0;
    await requireSafe(context, plan, { look, unmapped: unmapped || settled?.unmapped === true });
    await requireLook(dataSource, tenant.id);
    await settled?.keep();
  } catch (error) {
    // An import that fails here does nothing and has left nothing alone: it has not come to that.
    await context.store.dropPlan().catch(() => undefined);
    // What a plan lacks when the look was lost meanwhile may show in many ways.
    await requireLook(dataSource, tenant.id);
    throw error;
  }
  if (run.approval) context.remarks.push(...remarksOn(run.approval, called));
  return { plan, there, looks: looksOf(look) };
}

/** Adds to the outline of a plan what is not stored of a part of it. */
function addPart(plan: Outline, part: Plan): void {
  for (const list of ['mappings', 'forgotten', 'links'] as const) {
    for (const one of part[list]) (plan[list] as unknown[]).push(one);
  }
  plan.unchanged.clients += part.unchanged.clients;
  plan.unchanged.licences += part.unchanged.licences;
  const { losses, clients } = weigh(part.changes);
  plan.weighed.losses += losses;
  plan.weighed.clients += clients;
  for (const { entity, action } of part.changes) if (action === 'create') plan.creates[entity] = true;
}

/** How whole the lists were. */
function wholeness({ customers, subscriptions }: MarketplaceLook): unknown {
  return [customers, subscriptions].map((list) => list && { complete: list.complete, dropped: list.dropped });
}

function looksOf({ customers, subscriptions, records, unreadable }: MarketplaceLook): GuardFacts['looks'] {
  const unread = [...unreadable.values()].filter((detail) => detail !== null).length;
  return [
    { of: 'customers', seen: customers.seen, malformed: customers.malformed.length },
    { of: 'subscriptions', seen: subscriptions?.seen ?? 0, malformed: (subscriptions?.malformed.length ?? 0) + unread },
    // By themselves, too: what ended stays listed for ever and is not read again, so the list alone makes any look good in time.
    { of: 'subscription records', seen: records, malformed: unread },
  ];
}

function psaLookContext({ dataSource, hold, tenant, lists, remarks, progress }: LookingContext): PsaLookContext {
  return { dataSource, hold, tenant, lists, remarks, step: () => progress('psa', 0, null) };
}

function lookContext(context: LookingContext): LookContext {
  const { dataSource, hold, tenant, lists, run, progress, remarks } = context;
  return {
    dataSource,
    hold,
    tenant,
    lists,
    run,
    remarks,
    now: () => context.now(),
    progress: (done, total) => progress('marketplace', done, total),
  };
}

/** The customers that the import is for; null for all. */
function scopeOf(run: Import, mappings: readonly KnownMapping[]): string[] | null {
  if (run.customerId !== null) return [run.customerId];
  if (run.clientId === null) return null;
  const mapped = mappings.filter(({ state, clientId }) => clientId === run.clientId && (state === 'mapped' || state === 'broken'));
  if (mapped.length === 0)
    throw new ImportFailure(
      'configuration',
      'unmapped_client',
      `No customer of this tenant is mapped to client ${run.clientId}. Map one, then import again.`,
    );
  return mapped.map(({ customerId }) => customerId);
}

/** Settles what an attempt or import before this one had sent without hearing the end, now that the PSA was looked at. */
async function settleOpenChanges({ dataSource, store, tenant, run }: PlanContext): Promise<void> {
  const creates = await openClientCreates(dataSource, { psaInstanceId: tenant.psaInstanceId, tenantId: tenant.id });
  const clients = await clientsCalled(
    dataSource,
    tenant.id,
    creates.map((change) => change.planned),
  );
  if (creates.length > 0) await requireLook(dataSource, tenant.id);
  await settleClientCreates(store, creates, clients);
  if (!run.entities.includes('subscriptions')) return;
  const writes = await openLicenceWrites(dataSource, tenant.id);
  const licences = await licencesNamed(dataSource, tenant, {
    ids: writes.flatMap((change) => change.psa_id ?? []),
    keys: writes.flatMap((change) => change.planned.snowid ?? []),
  });
  if (writes.length > 0) await requireLook(dataSource, tenant.id);
  const released = await releasedAmong(
    dataSource,
    { tenantId: tenant.id, psaInstanceId: tenant.psaInstanceId },
    licences.map(({ licenceId }) => licenceId),
  );
  await settleLicenceWrites(store, writes, licences, released);
}

/** Whether an import may make licences inactive: only the integrator's own, where the tenant says so. */
export function mayEnd(run: Pick<Import, 'trigger' | 'entities'>, tenant: Pick<Tenant, 'integrator'>): boolean {
  return (
    run.trigger === 'integrator' &&
    run.entities.includes('subscriptions') &&
    tenant.integrator.enabled &&
    tenant.integrator.deactivateDeleted
  );
}

/** Ends an import whose plan rests on sight that is not to be trusted, or that could not be done; a preview, too. */
async function requireSafe(
  context: PlanContext,
  plan: Outline,
  { look, unmapped }: { look: MarketplaceLook; unmapped: boolean },
): Promise<void> {
  const { dataSource, tenant } = context;
  const { clientKeysKept, licenceKeysKept } = context.psaInstance;
  const keys = {
    keys: { client: clientKeysKept, licence: licenceKeysKept },
    rememberKeys: (of: 'client' | 'licence', kept: boolean) => context.rememberKeys(of, kept),
  };
  if (plan.creates.client) await requireKeys(keys, 'client', () => showsOurKeys(dataSource, tenant.id, 'client'));
  if (plan.creates.licence) await requireKeys(keys, 'licence', () => showsOurKeys(dataSource, tenant.id, 'licence'));

  const anyMapped = async (): Promise<boolean> =>
    plan.mappings.some(({ state }) => state === 'mapped') || (await countForGuard(dataSource, tenant.id)).mappedClients > 0;
  if (unmapped && !look.customers.complete && !(await anyMapped())) {
    throw new ImportFailure(
      'vendor',
      'marketplace_look_incomplete',
      'The marketplace’s list of customers could not be read whole, so no name could be known to be alone in it, and no customer is mapped by hand. Nothing was changed. Import again later, or map customers by hand.',
    );
  }
  const losesSight = plan.creates.client || plan.mappings.some(({ state }) => state === 'broken');
  if (losesSight && (await context.psa.seesAllClients?.()) === false) {
    throw new ImportFailure(
      'configuration',
      'psa_agent_restricted',
      'The agent that the API application logs in as may use only some of the customers in HaloPSA, so the others look missing and would be made again. Let it use all customers; nothing was written.',
    );
  }
}
