import { isOurKey } from '../../domain/index.js';
import type { ClientCreateChange, ClientLinkChange, LicenceCreateChange, LicenceUpdateChange, Plan, PlanInput, SiteUpdateChange } from '../plan/input.js';
import { storeMappings } from '../store/known.js';
import type { StoredChange } from '../store/plan-store.js';
import { applyClients } from './apply-clients.js';
import { applyLicenceCreates } from './apply-licences.js';
import { applyLicenceUpdates, applySiteUpdates } from './apply-updates.js';
import type { ApplyContext } from './context.js';
import { requireKeys } from './keys-kept.js';

const isClientLink = (change: StoredChange): change is StoredChange<ClientLinkChange> => change.entity === 'client' && change.action === 'link';
const isClientCreate = (change: StoredChange): change is StoredChange<ClientCreateChange> => change.entity === 'client' && change.action === 'create';
const isSiteUpdate = (change: StoredChange): change is StoredChange<SiteUpdateChange> => change.entity === 'site';
const isLicenceUpdate = (change: StoredChange): change is StoredChange<LicenceUpdateChange> => change.entity === 'licence' && change.action !== 'create';
const isLicenceCreate = (change: StoredChange): change is StoredChange<LicenceCreateChange> => change.entity === 'licence' && change.action === 'create';

/**
 * Does what a stored plan says: mappings and links first, for they are true already; then clients, for licences need them; then
 * what exists; then what is new.
 */
export async function applyPlan(context: ApplyContext, plan: Plan, stored: readonly StoredChange[], input: PlanInput): Promise<void> {
  const clientCreates = stored.filter(isClientCreate);
  const licenceCreates = stored.filter(isLicenceCreate);
  if (clientCreates.length > 0) await requireKeys(context, 'client', () => [...input.clients.values()].some((client) => isOurKey(client.ref)));
  if (licenceCreates.length > 0) await requireKeys(context, 'licence', () => input.licences.some((licence) => isOurKey(licence.snowid)));

  const clientLinks = stored.filter(isClientLink);
  await context.store.settle(
    clientLinks.map(({ id }) => ({ id, state: 'applied' })),
    (query) => storeMappings(query, context.tenantId, plan.mappings),
  );
  if (clientLinks.length === 0) await context.store.storeOpenMappings(plan.mappings);
  await context.store.storeLinks(plan.links);
  await context.advance(clientLinks.length);

  const { clients, skips } = await applyClients(context, clientCreates, input.clients);
  await context.store.addSkips(skips);
  await applySiteUpdates(context, stored.filter(isSiteUpdate));
  await applyLicenceUpdates(context, stored.filter(isLicenceUpdate));
  await context.store.addSkips(await applyLicenceCreates(context, licenceCreates, clients));
}
