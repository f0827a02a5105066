import type { DataSource } from 'typeorm';
import type { Import, PsaInstance, Tenant } from '../../entities/index.js';
import { openClientCreates, openLicenceWrites, settleClientCreates, settleLicenceWrites } from './apply/settle-open.js';
import { isOurKey, type Client, type Customer, type Licence, type Malformed } from '../domain/index.js';
import { requireKeys } from './apply/keys-kept.js';
import { askForAbsent } from './ask-for-absent.js';
import { ImportFailure } from './failure.js';
import { lookAtCustomerRecords } from './look-customers.js';
import { lookAtMarketplace, readInto, type LookContext, type MarketplaceLook } from './look-marketplace.js';
import { lookAtPsa, lookAtSites, type PsaLook } from './look-psa.js';
import type { KnownSites, Needs, Plan, PlanInput, ReadDetail } from './plan/input.js';
import { isWhole, planImport } from './plan/plan.js';
import type { Progress } from './report-progress.js';
import type { ImportHold } from './store/import-row.js';
import { loadKnown, type Known } from './store/known.js';
import type { PlanStore } from './store/plan-store.js';
import { stragglersFor } from './store/stragglers.js';
import type { Marketplace, Psa, PsaForm } from './vendors.js';

/** A plan that keeps asking for more than this many times over asks for what nobody can show. */
const ROUNDS = 8;

/** Up to how many clients are asked for by id before a look at all sites is cheaper. */
const CLIENTS_ASKED_SINGLY = 10;

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

/** Looks at both sides and plans, looking up what the planner says it lacks until the plan is whole. */
export async function makePlan(context: PlanContext): Promise<{ plan: Plan; input: PlanInput }> {
  const { dataSource, marketplace, psa, tenant, run, progress } = context;
  const { mappings } = await loadKnown(dataSource, tenant.id);
  const scope = scopeOf(run, mappings);
  const look = await lookAtMarketplace(lookContext(context), marketplace, mappings, scope);
  requireScope(scope, look);

  if (mayEnd(run, tenant) && !look.subscriptions.complete) context.remarks.push('So no licence was made inactive.');

  await progress('psa', 0, null);
  // A write that nobody heard the end of may still be on its way: a look before it arrives would lead to a twin.
  const left = await stragglersFor(dataSource, tenant.id);
  if (left > 0) await context.wait(left);
  const there = await lookAtPsa(psa, run.entities.includes('subscriptions'), context.remarks);
  await settleOpenChanges(context, there);
  const gathered: Gathered = {
    look,
    there,
    customerDetails: new Map(),
    clientDetails: new Map(),
    licenceDetails: new Map(),
    absent: new Map(),
  };

  for (let round = 0; round < ROUNDS; round += 1) {
    // Loaded anew each time: people map and link while an import looks.
    const input = inputOf(context, scope, gathered, await loadKnown(dataSource, tenant.id));
    const plan = planImport(input);
    if (isWhole(plan)) {
      await requireSafe(context, plan, input);
      return { plan, input };
    }
    await lookUp(context, gathered, plan, input);
  }
  throw new ImportFailure(
    'isthmus',
    'plan_not_whole',
    'The plan did not come to rest, so nothing was written. This is a fault in Isthmus; please report it with this import’s id.',
  );
}

/** What was looked at, and looked up since. */
interface Gathered {
  look: MarketplaceLook;
  there: PsaLook;
  customerDetails: Map<string, Customer | Malformed | null>;
  clientDetails: Map<string, Client | null>;
  licenceDetails: Map<string, Licence | null>;
  absent: Map<string, ReadDetail>;
  sites?: KnownSites;
}

function lookContext(context: PlanContext): LookContext {
  const { dataSource, hold, tenant, run, progress, remarks } = context;
  return {
    dataSource,
    hold,
    tenant,
    run,
    remarks,
    now: () => context.now(),
    progress: (done, total) => progress('marketplace', done, total),
  };
}

/** The customers that the import is for; null for all. */
function scopeOf(run: Import, mappings: Known['mappings']): string[] | null {
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

function requireScope(scope: readonly string[] | null, { customers }: MarketplaceLook): void {
  const shown = new Set([...customers.rows.map((row) => row.customerId), ...customers.malformed.map(({ id }) => id)]);
  if (!scope || scope.some((id) => shown.has(id))) return;
  throw new ImportFailure(
    'configuration',
    'unknown_customer',
    `The marketplace shows no customer ${scope.join(', ')} to this account. Import all customers to see which there are.`,
  );
}

/** Settles what an attempt or import before this one had sent without hearing the end, now that the PSA was looked at. */
async function settleOpenChanges({ dataSource, store, tenant, run }: PlanContext, { clients, licences }: PsaLook): Promise<void> {
  await settleClientCreates(store, await openClientCreates(dataSource, { psaInstanceId: tenant.psaInstanceId, tenantId: tenant.id }), [
    ...clients.values(),
  ]);
  if (run.entities.includes('subscriptions')) await settleLicenceWrites(store, await openLicenceWrites(dataSource, tenant.id), licences);
}

function inputOf(context: PlanContext, scope: readonly string[] | null, { look, there, ...details }: Gathered, known: Known): PlanInput {
  const { tenant, run, psaInstance, form } = context;
  return {
    marketplace: tenant.marketplace,
    entities: run.entities,
    ...(scope ? { customerIds: new Set(scope) } : {}),
    today: new Date(context.now()).toISOString().slice(0, 10),
    clientImport: tenant.clientImport,
    subscriptionImport: tenant.subscriptionImport,
    form,
    keysLost: psaInstance.licenceKeysKept === false,
    endings: mayEnd(run, tenant) && look.subscriptions.complete,
    ...look,
    ...there,
    ...details,
    ...known,
  };
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

/** Looks up what the planner lacked. */
async function lookUp(context: PlanContext, gathered: Gathered, plan: Plan, input: PlanInput): Promise<void> {
  const { marketplace, psa, progress, tenant } = context;
  const { needs } = plan;
  const rows = gathered.look.subscriptions.rows.filter((row) => needs.details.has(row.subscriptionId));
  await readInto(lookContext(context), marketplace, gathered.look, rows);
  const listed = new Set(rows.map((row) => row.subscriptionId));
  const absent = [...needs.details].filter((id) => !listed.has(id));
  // One look at all sites says the main site of every client that has but one.
  const wantSites = needs.sites || (!gathered.sites && needs.clients.size > CLIENTS_ASKED_SINGLY);
  const clients: Needs['clients'] = wantSites ? new Set() : needs.clients;
  let done = 0;
  const total = absent.length + clients.size + needs.licences.size;
  const step = (phase: 'marketplace' | 'psa'): Promise<void> => progress(phase, (done += 1), total);
  const linked = new Set(input.links.map((link) => link.subscriptionId));
  const answers = await askForAbsent(marketplace, { ids: absent, listed: gathered.look.subscriptions.rows, linked }, () =>
    step('marketplace'),
  );
  for (const [id, answer] of answers) gathered.absent.set(id, answer);
  const customers = await lookAtCustomerRecords(lookContext(context), marketplace, {
    rows: gathered.look.customers.rows.filter((row) => needs.customers.has(row.customerId)),
    fresh: input.customerIds !== undefined,
    callsMade: gathered.look.readNow.size,
  });
  for (const [id, customer] of customers) gathered.customerDetails.set(id, customer);
  for (const id of clients) {
    gathered.clientDetails.set(id, await psa.client(id));
    await step('psa');
  }
  for (const id of needs.licences) {
    gathered.licenceDetails.set(id, await psa.licence(id));
    await step('psa');
  }
  if (wantSites)
    gathered.sites = await lookAtSites(
      psa,
      tenant.clientImport.updateMainSiteAddress ? mappedClients(plan, input) : new Set(),
      context.remarks,
    );
}

function mappedClients(plan: Plan, input: PlanInput): Set<string> {
  const ids = [...input.mappings, ...plan.mappings].map((mapping) => mapping.clientId);
  return new Set(ids.filter((id) => id !== null));
}

/** Ends an import whose plan rests on sight that is not to be trusted, or that could not be done; a preview, too. */
async function requireSafe(context: PlanContext, plan: Plan, input: PlanInput): Promise<void> {
  const creates = (entity: 'client' | 'licence'): boolean =>
    plan.changes.some((change) => change.entity === entity && change.action === 'create');
  const { clientKeysKept, licenceKeysKept } = context.psaInstance;
  const keys = {
    keys: { client: clientKeysKept, licence: licenceKeysKept },
    rememberKeys: (of: 'client' | 'licence', kept: boolean) => context.rememberKeys(of, kept),
  };
  if (creates('client')) await requireKeys(keys, 'client', () => [...input.clients.values()].some((client) => isOurKey(client.ref)));
  if (creates('licence')) await requireKeys(keys, 'licence', () => input.licences.some((licence) => isOurKey(licence.snowid)));

  const anyMapped = [...plan.mappings, ...input.mappings].some(({ state }) => state === 'mapped');
  if (!input.customers.complete && !anyMapped && plan.skips.some(({ reason }) => reason === 'unmapped_customer')) {
    throw new ImportFailure(
      'vendor',
      'marketplace_look_incomplete',
      'The marketplace’s list of customers could not be read whole, so no name could be known to be alone in it, and no customer is mapped by hand. Nothing was changed. Import again later, or map customers by hand.',
    );
  }
  const losesSight = creates('client') || plan.mappings.some(({ state }) => state === 'broken');
  if (losesSight && (await context.psa.seesAllClients?.()) === false) {
    throw new ImportFailure(
      'configuration',
      'psa_agent_restricted',
      'The agent that the API application logs in as may use only some of the customers in HaloPSA, so the others look missing and would be made again. Let it use all customers; nothing was written.',
    );
  }
}
