import { ImportFailure } from '../failure.js';
import type { Plan } from '../plan/input.js';
import type { PsaLook } from '../look-psa.js';
import type { Kind } from '../store/plan-store.js';
import type { WriteOutcome } from '../vendors.js';
import { applyClients } from './apply-clients.js';
import { applyLicenceUpdates, applySiteUpdates } from './apply-updates.js';
import type { ApplyContext } from './context.js';
import { LicenceCreation } from './create-licences.js';

/** What of a plan is not a change: what is true already, of mappings and links. */
export type Decisions = Pick<Plan, 'mappings' | 'forgotten' | 'links'>;

/**
 * Does what a stored plan says: mappings and links first, for they are true already; then what a PSA instance must be known for, on
 * as few records as that takes; then clients, for licences need them; then what exists; then what is new. Changes are read back as they
 * are done, so that memory does not grow with the plan.
 */
export async function applyPlan(
  context: ApplyContext,
  decisions: Decisions,
  planned: Readonly<Record<Kind, number>>,
  there: PsaLook,
): Promise<void> {
  await context.advance(await context.store.storeMappings(decisions.mappings, decisions.forgotten, { alsoLinks: true }));
  await context.store.storeLinks(decisions.links);

  if (planned.clientCreates > 0 && context.keys.client !== true) mayWrite(await context.psa.createClients([]));
  if (planned.licenceUpdates + planned.licenceCreates > 0 && context.keys.licence !== true) mayWrite(await context.psa.createLicences([]));

  const licences = new LicenceCreation(context, there.licences.youngest);
  await licences.proveKeys(() => licences.placed());
  const made = planned.clientCreates > 0 ? await applyClients(context, there.clientIds) : { clients: new Map() };
  await applySiteUpdates(context);
  await applyLicenceUpdates(context);
  await licences.create(made);
}

/**
 * Ends the import when the application may not write records of a kind, before it has written any of another. An array of nothing is
 * posted to learn that: whatever else is answered to it, nothing can come of it.
 */
function mayWrite(outcome: WriteOutcome<unknown>): void {
  if (outcome.kind !== 'refused' || (outcome.status !== 401 && outcome.status !== 403)) return;
  throw new ImportFailure('configuration', 'psa_permission', `${outcome.message} Nothing was written; allow it, then import again.`);
}
