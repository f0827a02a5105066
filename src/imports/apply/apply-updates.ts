import type { Licence, LicenceField, LicenceFields, Site } from '../../domain/index.js';
import type { LicenceUpdateChange, SiteUpdateChange } from '../plan/input.js';
import type { Settlement, StoredChange } from '../store/plan-store.js';
import type { UpdateOutcome } from '../vendors.js';
import type { ApplyContext } from './context.js';

/** How many updates are noted as sent at once: the PSA client cuts them into arrays of its own. */
const CHUNK = 200;

async function inChunks<T>(items: readonly T[], work: (chunk: readonly T[]) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += CHUNK) await work(items.slice(at, at + CHUNK));
}

/** What the PSA shows of the fields that were asked for, and a sentence when that is something else. */
function compare(fields: LicenceFields, shown: Licence): { after: LicenceFields; message?: string } {
  const after: Record<string, unknown> = {};
  const other: string[] = [];
  for (const field of Object.keys(fields) as LicenceField[]) {
    after[field] = shown[field] ?? null;
    if ((shown[field] ?? null) !== (fields[field] ?? null)) other.push(field);
  }
  return other.length === 0 ? { after } : { after, message: `HaloPSA took it, but shows something else in ${other.join(', ')}.` };
}

/** Brings licences into line. Answers to arrays rarely show every record, so one look at the end says what the PSA shows of the rest. */
export async function applyLicenceUpdates(context: ApplyContext, changes: readonly StoredChange<LicenceUpdateChange>[]): Promise<void> {
  const unseen: StoredChange<LicenceUpdateChange>[] = [];
  await inChunks(changes, async (chunk) => {
    await context.advance(0);
    await context.store.markSent(chunk);
    const outcomes = await context.psa.updateLicences(chunk.map(({ psaId, fields }) => ({ licenceId: psaId, fields })));
    const done: StoredChange<LicenceUpdateChange>[] = [];
    const settlements = chunk.flatMap((change): Settlement[] => {
      const outcome: UpdateOutcome<Licence> = outcomes.get(change.psaId) ?? { kind: 'failed', message: 'HaloPSA did not say what became of it.' };
      if (outcome.kind === 'failed') return [{ id: change.id, state: 'failed', message: outcome.message }];
      if (!outcome.shown) {
        unseen.push(change);
        return [];
      }
      done.push(change);
      return [{ id: change.id, state: 'applied', ...compare(change.fields, outcome.shown) }];
    });
    await settle(context, settlements, done);
    await context.advance(settlements.length);
  });
  if (unseen.length === 0) return;
  const shown = new Map((await context.psa.licences()).rows.map((licence) => [licence.licenceId, licence]));
  const settlements = unseen.map((change): Settlement => {
    const licence = shown.get(change.psaId);
    return { id: change.id, state: 'applied', ...(licence ? compare(change.fields, licence) : { message: 'HaloPSA took it; it was not listed afterwards.' }) };
  });
  await settle(context, settlements, unseen);
  await context.advance(settlements.length);
}

async function settle(context: ApplyContext, settlements: readonly Settlement[], done: readonly StoredChange<LicenceUpdateChange>[]): Promise<void> {
  const links = done.map((change) => change.link).filter((link) => link !== undefined);
  await context.store.settle(settlements, async (query) => {
    if (links.length > 0) await context.store.writeLinks(query, links);
  });
}

/** Brings the delivery addresses of main sites into line. */
export async function applySiteUpdates(context: ApplyContext, changes: readonly StoredChange<SiteUpdateChange>[]): Promise<void> {
  await inChunks(changes, async (chunk) => {
    await context.advance(0);
    await context.store.markSent(chunk);
    const outcomes = await context.psa.updateSites(
      chunk.map(({ psaId, address, countryCode }) => ({ siteId: psaId, address, ...(countryCode === undefined ? {} : { countryCode }) })),
    );
    const settlements = chunk.map(({ id, psaId }): Settlement => {
      const outcome: UpdateOutcome<Site> = outcomes.get(psaId) ?? { kind: 'failed', message: 'HaloPSA did not say what became of it.' };
      return outcome.kind === 'failed' ? { id, state: 'failed', message: outcome.message } : { id, state: 'applied' };
    });
    await context.store.settle(settlements);
    await context.advance(settlements.length);
  });
}
