import { clientKey, hasEnded, type Customer } from '../../domain/index.js';
import type { SkipReason } from '../../../entities/index.js';
import { withoutWhatDoesNotStick } from './diff.js';
import type { Match } from './match-customers.js';
import type { Needs, Plan, PlanInput } from './input.js';

/** What subscriptions need to know of their customer: where its licences go, or why nowhere. */
export type Placement =
  | { kind: 'client'; clientId: string; siteId?: string }
  | { kind: 'new' }
  | { kind: 'skip'; reason: SkipReason; detail: string };

/**
 * The main site of a client: its pointer, else its only active site, else its oldest. List rows often lack the pointer, and it takes
 * a call for each client, so that a client with one site needs none.
 */
export function mainSite(input: PlanInput, needs: Needs, clientId: string): string | undefined {
  const detail = input.clientDetails.get(clientId);
  const known = input.clients.get(clientId)?.mainSiteId ?? detail?.mainSiteId;
  if (known !== undefined) return known;
  const own = input.sites?.byClient.get(clientId)?.filter((site) => !site.inactive) ?? [];
  if (own.length === 1) return own[0]!.siteId;
  if (detail === undefined) needs.clients.add(clientId);
  else if (!input.sites) needs.sites = true;
  return own[0]?.siteId;
}

const LINES = ['line1', 'line2', 'line3', 'line4', 'postcode'] as const;

/** Clients to which several customers are mapped: whose address it is cannot be told, and each import would write another one. */
function sharedClients(input: PlanInput, matches: ReadonlyMap<string, Match>): Set<string> {
  const owner = new Map<string, string>();
  const shared = new Set(input.sharedClients);
  const add = (clientId: string | null, customerId: string): void => {
    if (clientId === null) return;
    if ((owner.get(clientId) ?? customerId) !== customerId) shared.add(clientId);
    owner.set(clientId, customerId);
  };
  for (const mapping of input.mappings)
    if (mapping.state === 'mapped' && !matches.has(mapping.customerId)) add(mapping.clientId, mapping.customerId);
  for (const [customerId, match] of matches) if (match.kind === 'client') add(match.client.clientId, customerId);
  return shared;
}

function planAddress(input: PlanInput, plan: Plan, customer: Customer, clientId: string): void {
  const detail = customer.address ? customer : input.customerDetails.get(customer.customerId);
  if (detail === undefined) {
    plan.needs.customers.add(customer.customerId);
    return;
  }
  if (detail === null || 'reason' in detail) return;
  const wanted = input.form.address(detail);
  if (!wanted) return;
  const siteId = mainSite(input, plan.needs, clientId);
  if (siteId === undefined) return;
  if (!input.sites) {
    plan.needs.sites = true;
    return;
  }
  const site = input.sites.byId.get(siteId);
  if (!site?.address) return;
  const before: Record<string, unknown> = {};
  const fields: Record<string, unknown> = {};
  for (const line of LINES) {
    // A line that the marketplace leaves out is left alone: nothing is ever blanked.
    if (wanted.address[line] === undefined || wanted.address[line] === site.address[line]) continue;
    before[line] = site.address[line] ?? null;
    fields[line] = wanted.address[line];
  }
  if (wanted.countryCode !== undefined && wanted.countryCode !== site.countryCode) {
    before['country_code'] = site.countryCode ?? null;
    fields['country_code'] = wanted.countryCode;
  }
  const { change, stuck } = withoutWhatDoesNotStick({ before, fields }, input.lastApplied.get(`site:${siteId}`));
  if (stuck.length > 0) {
    const detail = `HaloPSA, or somebody in it, undid the last change of its main site's ${stuck.join(', ')}. It is not written again until something else changes there.`;
    plan.skips.push({ entity: 'customer', marketplaceId: customer.customerId, psaId: siteId, reason: 'does_not_stick', detail });
  }
  if (Object.keys(change.fields).length === 0) return;
  const { country_code: country, ...lines } = change.fields as Record<string, string>;
  plan.changes.push({
    entity: 'site',
    action: 'update',
    customerId: customer.customerId,
    psaId: siteId,
    clientId,
    before: change.before,
    fields: change.fields,
    // Whole, with the lines that stay: whether the PSA keeps lines that are left out is not known.
    address: { ...site.address, ...lines },
    ...(country === undefined ? {} : { countryCode: country }),
  });
}

const OPEN_REASON = { suggested: 'suggested_customer', ambiguous: 'ambiguous_customer', broken: 'broken_mapping' } as const;

/** Plans the clients of the matched customers and says of each where its subscriptions go. */
export function planClients(input: PlanInput, plan: Plan, matches: ReadonlyMap<string, Match>): Map<string, Placement> {
  const placements = new Map<string, Placement>();
  const importing = input.entities.includes('customers');
  const shared = sharedClients(input, matches);
  const undecided = new Set(
    input.mappings.filter((mapping) => mapping.state === 'suggested' || mapping.state === 'ambiguous').map((mapping) => mapping.customerId),
  );
  const withLive = new Set(input.subscriptions.rows.filter((row) => !hasEnded(row.status)).map((row) => row.customerId));

  for (const customer of input.customers.rows.toSorted((a, b) => (a.customerId < b.customerId ? -1 : 1))) {
    const match = matches.get(customer.customerId);
    if (!match) continue;
    const skip = (reason: SkipReason, detail: string, psaId?: string): void => {
      placements.set(customer.customerId, { kind: 'skip', reason, detail });
      plan.skips.push({
        entity: 'customer',
        marketplaceId: customer.customerId,
        reason,
        detail,
        ...(psaId === undefined ? {} : { psaId }),
      });
    };

    if (match.kind === 'create' && undecided.has(customer.customerId)) plan.forgotten.push(customer.customerId);
    if (match.kind === 'ignored') skip('ignored', 'A person said to ignore this customer.');
    else if (match.kind === 'wait') skip('unmapped_customer', match.detail);
    else if (match.kind === 'open') {
      plan.mappings.push(match.decision);
      skip(OPEN_REASON[match.state], match.detail, match.decision.clientId ?? undefined);
    } else if (match.kind === 'client') {
      const { client, decision } = match;
      if (decision) {
        plan.mappings.push(decision);
        plan.changes.push({
          entity: 'client',
          action: 'link',
          customerId: customer.customerId,
          psaId: client.clientId,
          clientName: client.name,
        });
      } else if (importing) plan.unchanged.clients += 1;
      placements.set(customer.customerId, { kind: 'client', clientId: client.clientId });
      if (importing && input.clientImport.updateMainSiteAddress && !shared.has(client.clientId))
        planAddress(input, plan, customer, client.clientId);
    } else if (!importing) skip('unmapped_customer', 'It has no client in HaloPSA yet, and this import was not asked for customers.');
    else if (customer.status === 'cancelled' || customer.status === 'error') {
      skip(
        'unmapped_customer',
        `The marketplace calls this account ${customer.status === 'error' ? 'broken' : 'cancelled'}: no client is created for it.`,
      );
    } else if (!match.asked && !input.clientImport.createUnmatched) {
      skip(
        'unmapped_customer',
        'No client bears this name, and creating clients is switched off. Map it, or say that it is to be created.',
      );
    } else if (!match.asked && input.clientImport.onlyWithSubscriptions && !withLive.has(customer.customerId)) {
      skip('unmapped_customer', 'It has no live subscription, and only customers with subscriptions are created.');
    } else planCreate(input, plan, placements, customer, skip);
  }
  return placements;
}

function planCreate(
  input: PlanInput,
  plan: Plan,
  placements: Map<string, Placement>,
  customer: Customer,
  skip: (reason: SkipReason, detail: string) => void,
): void {
  const detail = customer.address ? customer : input.customerDetails.get(customer.customerId);
  if (detail === undefined) {
    plan.needs.customers.add(customer.customerId);
    placements.set(customer.customerId, { kind: 'new' });
    return;
  }
  if (detail !== null && 'reason' in detail) {
    skip('invalid', `The marketplace's record of this customer could not be understood: ${detail.reason}`);
    return;
  }
  if (detail === null) {
    skip('invalid', 'The marketplace lists this customer but does not know its id. It is tried again at the next import.');
    return;
  }
  placements.set(customer.customerId, { kind: 'new' });
  plan.changes.push({
    entity: 'client',
    action: 'create',
    customerId: customer.customerId,
    client: {
      ...input.form.client(detail),
      ref: clientKey(input.marketplace, customer.customerId),
      ...(input.clientImport.topLevelId === undefined ? {} : { topLevelId: input.clientImport.topLevelId }),
    },
  });
}
