import type { DataSource } from 'typeorm';
import type { Import, PsaInstance, Tenant } from '../../entities/index.js';
import type { Client, Customer, Licence, Malformed } from '../domain/index.js';
import { ImportFailure } from './failure.js';
import { lookAtMarketplace, readInto, type LookContext } from './look-marketplace.js';
import { lookAtPsa, lookAtSites } from './look-psa.js';
import type { KnownSites, Plan, PlanInput } from './plan/input.js';
import { isWhole, planImport } from './plan/plan.js';
import type { Progress } from './report-progress.js';
import { loadKnown } from './store/known.js';
import type { Marketplace, Psa, PsaForm } from './vendors.js';

/** A plan that keeps asking for more than this many times over asks for what nobody can show. */
const ROUNDS = 8;

/** Up to how many clients are asked for by id before a look at all sites is cheaper. */
const CLIENTS_ASKED_SINGLY = 10;

export interface PlanContext {
  dataSource: DataSource;
  marketplace: Marketplace;
  psa: Psa;
  form: PsaForm;
  tenant: Tenant;
  psaInstance: PsaInstance;
  run: Import;
  now(): number;
  progress: Progress;
  remarks: string[];
}

/** Looks at both sides and plans, looking up what the planner says it lacks until the plan is whole. */
export async function makePlan(context: PlanContext): Promise<{ plan: Plan; input: PlanInput }> {
  const { dataSource, marketplace, psa, tenant, run, progress } = context;
  const known = await loadKnown(dataSource, tenant.id);
  const scope = run.customerId !== null ? [run.customerId] : run.clientId !== null ? known.mappings.filter((mapping) => mapping.clientId === run.clientId).map((mapping) => mapping.customerId) : null;
  if (scope?.length === 0) throw new ImportFailure('configuration', 'unmapped_client', `No customer of this tenant is mapped to client ${run.clientId}. Map one, then import again.`);
  const lookContext: LookContext = { dataSource, tenant, run, now: () => context.now(), progress: (done, total) => progress('marketplace', done, total) };
  const look = await lookAtMarketplace(lookContext, marketplace, known.mappings, scope);
  context.remarks.push(...look.remarks);
  if (scope && !scope.some((id) => look.customers.rows.some((row) => row.customerId === id))) {
    throw new ImportFailure('configuration', 'unknown_customer', `The marketplace shows no customer ${scope.join(', ')} to this account.`);
  }

  await progress('psa', 0, null);
  const there = await lookAtPsa(psa, run.entities.includes('subscriptions'));
  const customerDetails = new Map<string, Customer | Malformed | null>();
  const clientDetails = new Map<string, Client | null>();
  const licenceDetails = new Map<string, Licence | null>();
  let sites: KnownSites | undefined;

  for (let round = 0; round < ROUNDS; round += 1) {
    const input: PlanInput = {
      marketplace: tenant.marketplace,
      entities: run.entities,
      ...(scope ? { customerIds: new Set(scope) } : {}),
      today: new Date(context.now()).toISOString().slice(0, 10),
      clientImport: tenant.clientImport,
      subscriptionImport: tenant.subscriptionImport,
      form: context.form,
      keysLost: context.psaInstance.licenceKeysKept === false,
      customers: look.customers,
      customerDetails,
      subscriptions: look.subscriptions,
      details: look.details,
      clients: there.clients,
      clientDetails,
      ...(sites ? { sites } : {}),
      licences: there.licences,
      licenceDetails,
      ...known,
    };
    const plan = planImport(input);
    if (isWhole(plan)) return { plan, input };

    const { needs } = plan;
    const rows = look.subscriptions.rows.filter((row) => needs.details.has(row.subscriptionId));
    await readInto(lookContext, marketplace, look, rows);
    // One look at all sites says the main site of every client that has but one.
    const wantSites = needs.sites || (!sites && needs.clients.size > CLIENTS_ASKED_SINGLY);
    if (wantSites) needs.clients.clear();
    let done = 0;
    const total = needs.customers.size + needs.clients.size + needs.licences.size;
    for (const id of needs.customers) {
      customerDetails.set(id, await marketplace.customer(id));
      await progress('marketplace', (done += 1), total);
    }
    for (const id of needs.clients) {
      clientDetails.set(id, await psa.client(id));
      await progress('psa', (done += 1), total);
    }
    for (const id of needs.licences) {
      licenceDetails.set(id, await psa.licence(id));
      await progress('psa', (done += 1), total);
    }
    if (wantSites) sites = await lookAtSites(psa, tenant.clientImport.updateMainSiteAddress ? mappedClients(plan, input) : new Set());
  }
  throw new ImportFailure('isthmus', 'plan_not_whole', 'The plan did not come to rest, so nothing was written. This is a fault in Isthmus; please report it with this import’s id.');
}

function mappedClients(plan: Plan, input: PlanInput): Set<string> {
  const ids = [...input.mappings, ...plan.mappings].map((mapping) => mapping.clientId);
  return new Set(ids.filter((id) => id !== null));
}
