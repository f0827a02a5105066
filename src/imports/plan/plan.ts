import { matchCustomers, type Match } from './match-customers.js';
import type { Needs, Plan, PlanInput, PlannedChange } from './input.js';
import { planClients, type Placement } from './plan-clients.js';
import { planLicences } from './plan-licences.js';

/** In which order changes are done: clients, for licences need them; then what exists; then what is new. */
const ORDER = [
  'client link',
  'client create',
  'site update',
  'licence rekey',
  'licence reactivate',
  'licence deactivate',
  'licence update',
  'licence create',
];

/**
 * Works out what an import has to do from how both sides look now, the mappings, the links and the settings. Pure: the same input
 * gives the same plan, whatever the order of rows. When `needs` is not empty the plan is not to be applied: what it names is to be
 * looked up first, and planned again.
 */
export function planImport(input: PlanInput): Plan {
  const plan = emptyPlan();
  const unreadable = new Map<string, Placement>();
  for (const { id, reason } of input.customers.malformed) {
    if (id !== undefined && input.customerIds?.has(id) === false) continue;
    const detail = `The marketplace's record could not be understood: ${reason}`;
    plan.skips.push({ entity: 'customer', marketplaceId: id ?? '', reason: 'invalid', detail });
    if (id !== undefined) unreadable.set(id, { kind: 'skip', reason: 'invalid', detail: `Its customer ${id} was set aside. ${detail}` });
  }
  const matches = matchesOf(input, plan.needs);
  const placements = planClients(input, plan, matches);
  if (input.entities.includes('subscriptions')) planLicences(input, plan, new Map([...unreadable, ...placements]));
  inOrder(plan.changes);
  return plan;
}

/** Sorts changes in the order in which they are done; those of one kind stay as they are. */
export function inOrder(changes: PlannedChange[]): void {
  changes.sort((a, b) => placeOf(a) - placeOf(b));
}

/** The place of a kind of change among all kinds, from 0. */
export function placeOf({ entity, action }: Pick<PlannedChange, 'entity' | 'action'>): number {
  return ORDER.indexOf(`${entity} ${action}`);
}

export function emptyPlan(): Plan {
  return { needs: noNeeds(), mappings: [], forgotten: [], links: [], changes: [], skips: [], unchanged: { clients: 0, licences: 0 } };
}

/** Which client each of the input's customers is. */
export function matchesOf(input: PlanInput, needs: Needs): Map<string, Match> {
  return matchCustomers(
    {
      marketplace: input.marketplace,
      customers: input.customers.rows,
      customersComplete: input.customers.complete,
      clients: [...input.clients.values()],
      clientDetails: input.clientDetails,
      mappings: input.mappings,
      licenceClients: licenceClients(input),
      ...(input.customerIds ? { only: input.customerIds } : {}),
    },
    needs,
  );
}

export function noNeeds(): Needs {
  return { customers: new Set(), details: new Set(), clients: new Set(), licences: new Set(), sites: false };
}

/** Whether the plan may be applied as it is. */
export function isWhole({ needs }: Plan): boolean {
  return !needs.sites && needs.customers.size + needs.details.size + needs.clients.size + needs.licences.size === 0;
}

/**
 * Whether all is as it should be: nothing is to be done, and nothing about what belongs to what is to be remembered, but that some customers
 * wait for a person.
 */
export function isSettled(plan: Plan): boolean {
  const decided = plan.mappings.filter(({ state }) => state !== 'suggested' && state !== 'ambiguous');
  return isWhole(plan) && plan.changes.length + decided.length + plan.forgotten.length + plan.links.length === 0;
}

/**
 * Whether what was written last has a bearing on a plan in which all is as it should be. That is asked for only where the PSA shows something else
 * than is wanted; then either it is to change, or it is left alone because the same was written before.
 */
export function restsOnWritten(plan: Plan): boolean {
  return plan.skips.some(({ reason }) => reason === 'does_not_stick');
}

/** By customer, the clients at which its linked licences stand now. */
function licenceClients(input: PlanInput): Map<string, Set<string>> {
  const owner = new Map(input.subscriptions.rows.map((row) => [row.subscriptionId, row.customerId]));
  const at = new Map(input.licences.map((licence) => [licence.licenceId, licence.clientId]));
  const clients = new Map<string, Set<string>>();
  for (const link of input.links) {
    const customerId = owner.get(link.subscriptionId);
    const clientId = link.licenceId === null ? undefined : at.get(link.licenceId);
    if (customerId === undefined || clientId === undefined) continue;
    const found = clients.get(customerId) ?? new Set();
    clients.set(customerId, found.add(clientId));
  }
  return clients;
}
