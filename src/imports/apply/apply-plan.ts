import { ImportFailure } from '../failure.js';
import type {
  ClientCreateChange,
  ClientLinkChange,
  LicenceCreateChange,
  LicenceUpdateChange,
  Plan,
  SiteUpdateChange,
} from '../plan/input.js';
import type { PsaLook } from '../look-psa.js';
import type { StoredChange } from '../store/plan-store.js';
import type { WriteOutcome } from '../vendors.js';
import { applyClients } from './apply-clients.js';
import { applyLicenceUpdates, applySiteUpdates } from './apply-updates.js';
import type { ApplyContext } from './context.js';
import { LicenceCreation } from './create-licences.js';

const isClientLink = (change: StoredChange): change is StoredChange<ClientLinkChange> =>
  change.entity === 'client' && change.action === 'link';
const isClientCreate = (change: StoredChange): change is StoredChange<ClientCreateChange> =>
  change.entity === 'client' && change.action === 'create';
const isSiteUpdate = (change: StoredChange): change is StoredChange<SiteUpdateChange> => change.entity === 'site';
const isLicenceUpdate = (change: StoredChange): change is StoredChange<LicenceUpdateChange> =>
  change.entity === 'licence' && change.action !== 'create';
const isLicenceCreate = (change: StoredChange): change is StoredChange<LicenceCreateChange> =>
  change.entity === 'licence' && change.action === 'create';

/**
 * Does what a stored plan says: mappings and links first, for they are true already; then what a PSA instance must be known for, on
 * as few records as that takes; then clients, for licences need them; then what exists; then what is new.
 */
export async function applyPlan(context: ApplyContext, plan: Plan, stored: readonly StoredChange[], there: PsaLook): Promise<void> {
  const links = stored.filter(isClientLink);
  await context.store.storeMappings(
    plan.mappings,
    plan.forgotten,
    links.map(({ id }) => ({ id, state: 'applied' })),
  );
  await context.store.storeLinks(plan.links);
  await context.advance(links.length);

  const [clientCreates, licenceUpdates, licenceCreates] = [
    stored.filter(isClientCreate),
    stored.filter(isLicenceUpdate),
    stored.filter(isLicenceCreate),
  ];
  if (clientCreates.length > 0 && context.keys.client !== true) mayWrite(await context.psa.createClients([]));
  if (licenceUpdates.length + licenceCreates.length > 0 && context.keys.licence !== true) mayWrite(await context.psa.createLicences([]));

  const licences = new LicenceCreation(context, there.licences.youngest);
  const [placed, waiting] = [
    licenceCreates.filter(({ fields }) => fields.client_id != null),
    licenceCreates.filter(({ fields }) => fields.client_id == null),
  ];
  const open = await licences.proveKeys(placed, ({ fields }) => fields);
  const made = await applyClients(context, clientCreates, there.clientIds);
  await context.store.addSkips(made.skips);
  await applySiteUpdates(context, stored.filter(isSiteUpdate));
  await applyLicenceUpdates(context, licenceUpdates);
  await context.store.addSkips(await licences.create([...open, ...waiting], made));
}

/**
 * Ends the import when the application may not write records of a kind, before it has written any of another. An array of nothing is
 * posted to learn that: whatever else is answered to it, nothing can come of it.
 */
function mayWrite(outcome: WriteOutcome<unknown>): void {
  if (outcome.kind !== 'refused' || (outcome.status !== 401 && outcome.status !== 403)) return;
  throw new ImportFailure('configuration', 'psa_permission', `${outcome.message} Nothing was written; allow it, then import again.`);
}
