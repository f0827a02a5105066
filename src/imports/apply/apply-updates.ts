import type { Licence, Site } from '../../domain/index.js';
import type { LicenceUpdateChange, PlannedSkip, SiteUpdateChange } from '../plan/input.js';
import type { Decided, Write } from '../store/decided-writes.js';
import type { Settlement, Source, StoredChange } from '../store/plan-store.js';
import type { SiteWrite, UpdateOutcome } from '../vendors.js';
import { ArraySize } from './array-size.js';
import type { ApplyContext } from './context.js';
import { DECIDED } from './decided.js';
import { callsForAll, compareShown } from './find-licences.js';

type LicenceUpdate = StoredChange<LicenceUpdateChange>;
type SiteUpdate = StoredChange<SiteUpdateChange>;

/** How many updates are sent at first; they may be halved without a look in between. */
const FIRST_ARRAY = 50;

/** So many updates that were not shown wait for one look together, at most. */
const MOST_UNSEEN = 20_000;

const NOTHING_SAID = { kind: 'failed', message: 'HaloPSA did not say what became of it.' } as const;

/**
 * Sends updates in arrays, each noted as sent before and settled after it, so that who is to stop knows how each ended. `send` says
 * whether all of an array was stored.
 */
async function inArrays<T>({ recordsPerCall }: ApplyContext, source: Source<T>, send: (array: T[]) => Promise<boolean>): Promise<void> {
  const size = new ArraySize(FIRST_ARRAY, recordsPerCall);
  let changes: T[] = [];
  for (let more = true; ;) {
    while (more && changes.length < size.next) {
      const next = await source();
      more = next.length > 0;
      changes = [...changes, ...next];
    }
    if (changes.length === 0) return;
    const array = changes.splice(0, size.next);
    const began = performance.now();
    if (await send(array)) size.stored(array.length, performance.now() - began);
    else size.notStored(array.length);
  }
}

/** Brings licences into line. Answers to arrays rarely show every record, so a look at the end says what the PSA shows of the rest. */
export async function applyLicenceUpdates(context: ApplyContext): Promise<void> {
  const unseen: LicenceUpdate[] = [];
  await inArrays(context, context.store.planned('licenceUpdates'), async (planned) => {
    await context.advance(0);
    const chunk = await markSent(context, planned, (change) => ({
      ...change,
      licence: { ...change, licenceId: change.psaId },
    }));
    if (chunk.length === 0) return true;
    const outcomes = await context.psa.updateLicences(chunk.map(({ psaId, fields }) => ({ licenceId: psaId, fields })));
    const done: LicenceUpdate[] = [];
    const settlements = chunk.flatMap((change): Settlement[] => {
      const outcome: UpdateOutcome<Licence> = outcomes.get(change.psaId) ?? NOTHING_SAID;
      if (outcome.kind === 'failed') return [{ id: change.id, state: 'failed', message: outcome.message }];
      (outcome.shown ? done : unseen).push(change);
      return outcome.shown ? [{ id: change.id, state: 'applied', ...compareShown(change.fields, outcome.shown) }] : [];
    });
    await settle(context, settlements, done);
    if (unseen.length >= MOST_UNSEEN) await settleUnseen(context, unseen.splice(0));
    return settlements.every(({ state }) => state !== 'failed');
  });
  if (unseen.length > 0) await settleUnseen(context, unseen);
}

/** Notes changes as sent, but those about which a person decided otherwise since they were planned: they are left out, and settled. Gives the others. */
async function markSent<T extends LicenceUpdate | SiteUpdate>(
  context: ApplyContext,
  planned: readonly T[],
  asWrite: (change: T) => Write,
): Promise<T[]> {
  const decided = await context.store.markUpdatesSent(planned.map(asWrite));
  const left = planned.flatMap((change) => {
    const about = decided.get(change.id);
    return about ? [{ change, about }] : [];
  });
  await context.store.settle(left.map(({ change: { id }, about }) => ({ id, state: 'superseded', message: DECIDED[about][1] })));
  await context.store.addSkips(left.map(({ change, about }) => leftAlone(change, about)));
  if (left.length > 0) await context.advance(left.length);
  return planned.filter(({ id }) => !decided.has(id));
}

function leftAlone(change: LicenceUpdate | SiteUpdate, about: Decided): PlannedSkip {
  const { customerId, psaId } = change;
  const [reason, detail] = DECIDED[about];
  if (change.entity === 'site') return { entity: 'customer', marketplaceId: customerId, psaId, reason, detail };
  const { subscriptionId, line, action } = change;
  return {
    entity: 'subscription',
    marketplaceId: subscriptionId,
    ...(line === '' ? {} : { line }),
    psaId,
    reason: about === 'moved' && action === 'deactivate' ? 'ended' : reason,
    detail,
  };
}

/** Settles updates that were taken and not shown, by what the PSA shows now. */
async function settleUnseen(context: ApplyContext, unseen: readonly LicenceUpdate[]): Promise<void> {
  const shown = await licencesNow(context, unseen);
  const settlements = unseen.map((change): Settlement => {
    const licence = shown.get(change.psaId);
    return {
      id: change.id,
      state: 'applied',
      ...(licence ? compareShown(change.fields, licence) : { message: 'HaloPSA took it; it did not show it afterwards.' }),
    };
  });
  await settle(context, settlements, unseen);
}

/** These licences as the PSA shows them now, by whichever look takes fewer calls. */
async function licencesNow(context: ApplyContext, changes: readonly LicenceUpdate[]): Promise<Map<string, Licence>> {
  const shown = new Map<string, Licence>();
  if (changes.length >= callsForAll(context)) {
    const wanted = new Set(changes.map(({ psaId }) => psaId));
    await context.psa.eachLicence({}, (rows) => {
      for (const licence of rows) if (wanted.has(licence.licenceId)) shown.set(licence.licenceId, licence);
      return Promise.resolve();
    });
    return shown;
  }
  for (const { psaId } of changes) {
    const licence = await context.psa.licence(psaId);
    if (licence) shown.set(psaId, licence);
  }
  return shown;
}

async function settle(context: ApplyContext, settlements: readonly Settlement[], done: readonly LicenceUpdate[]): Promise<void> {
  const links = done.map((change) => change.link).filter((link) => link !== undefined);
  await context.store.settle(settlements, async (query) => {
    if (links.length > 0) await context.store.writeLinks(query, links);
  });
  await context.advance(settlements.length);
}

/** Brings the delivery addresses of main sites into line. */
export async function applySiteUpdates(context: ApplyContext): Promise<void> {
  await inArrays(context, context.store.planned('siteUpdates'), async (planned) => {
    const updates = new Map<string, SiteWrite>();
    for (const { id, psaId, address, fields, countryCode } of planned) {
      await context.advance(0);
      // Lists often lack the id of the address, without which Halo might add another one. Lines that changed meanwhile are kept, too.
      const now = address.addressId === undefined ? (await context.psa.site(psaId))?.address : undefined;
      const { country_code: _country, ...lines } = fields;
      updates.set(id, { siteId: psaId, address: { ...address, ...now, ...lines }, ...(countryCode === undefined ? {} : { countryCode }) });
    }
    const chunk = await markSent(context, planned, (change) => change);
    if (chunk.length === 0) return true;
    const outcomes = await context.psa.updateSites(chunk.map(({ id }) => updates.get(id)!));
    const settlements: Settlement[] = [];
    for (const change of chunk) {
      const outcome: UpdateOutcome<Site> = outcomes.get(change.psaId) ?? NOTHING_SAID;
      if (outcome.kind === 'failed') settlements.push({ id: change.id, state: 'failed', message: outcome.message });
      else
        settlements.push({
          id: change.id,
          state: 'applied',
          ...siteShown(change, outcome.shown?.address ? outcome.shown : await context.psa.site(change.psaId)),
        });
    }
    await context.store.settle(settlements);
    await context.advance(settlements.length);
    return settlements.every(({ state }) => state !== 'failed');
  });
}

function siteShown({ fields }: SiteUpdate, site: Site | null): Pick<Settlement, 'after' | 'message'> {
  if (!site) return { message: 'HaloPSA took it; it did not show it afterwards.' };
  const shown: Record<string, unknown> = { ...site.address, country_code: site.countryCode };
  const after = Object.fromEntries(Object.keys(fields).map((field) => [field, shown[field] ?? null]));
  const other = Object.keys(fields).filter((field) => after[field] !== fields[field]);
  return other.length === 0 ? { after } : { after, message: `HaloPSA took it, but shows something else in ${other.join(', ')}.` };
}
