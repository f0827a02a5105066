import type { Licence, LicenceFields } from '../../domain/index.js';
import { ImportFailure } from '../failure.js';
import type { ApplyContext } from './context.js';

/** Rows of a page of licences at worst: page sizes are lowered silently, and 50 was seen. */
const PAGE = 50;

/** How many calls a look at all licences may take. */
export function callsForAll(context: Pick<ApplyContext, 'licencesThere'>): number {
  return Math.ceil((context.licencesThere + 1) / PAGE);
}

/** The wanted licences of these clients as they are now, deleted ones left out; by whichever look takes fewer calls. */
export async function licencesAt(
  context: Pick<ApplyContext, 'psa' | 'licencesThere'>,
  clientIds: ReadonlySet<string>,
  wanted: (licence: Licence) => boolean,
): Promise<Licence[]> {
  const found = new Map<string, Licence>();
  const take = (rows: Licence[]): Promise<void> => {
    for (const licence of rows) {
      // A row that comes again is a newer word.
      if (!licence.deleted && wanted(licence)) found.set(licence.licenceId, licence);
      else found.delete(licence.licenceId);
    }
    return Promise.resolve();
  };
  const filters = clientIds.size >= callsForAll(context) ? [{}] : [...clientIds].map((clientId) => ({ clientId }));
  for (const filter of filters) {
    const walk = await context.psa.eachLicence(filter, take);
    if (walk.complete && walk.malformed.length === 0) continue;
    throw new ImportFailure(
      'vendor',
      'psa_look_incomplete',
      'HaloPSA did not list all licences after some were created. Nothing more is created now; the next import finds them by their keys.',
    );
  }
  return [...found.values()];
}

/**
 * What creates of unknown end became, by a new look: nothing that was there before them. One that was left behind at another client has the key of the one
 * that is made in its place.
 *
 * @param youngestBefore The youngest licence there was when the PSA was looked at; ids grow.
 * @param taken The ids of licences without a key that others of these creates became.
 */
export async function findLicences<T extends { placed: LicenceFields }>(
  context: Pick<ApplyContext, 'psa' | 'licencesThere'>,
  items: readonly T[],
  youngestBefore: number,
  taken: ReadonlySet<string>,
): Promise<Map<T, Licence>> {
  const keys = new Set(items.map(({ placed }) => placed.snowid));
  const wanted = ({ snowid, licenceId }: Licence): boolean =>
    Number(licenceId) > youngestBefore && (snowid == null ? !taken.has(licenceId) : keys.has(snowid));
  const listed = await licencesAt(context, new Set(items.map(({ placed }) => placed.client_id!)), wanted);
  return recogniseLicences(items, listed);
}

/**
 * What creates of unknown end became: by their keys; and because this may be a PSA that loses keys, by client, product and name
 * among the licences without one that are younger than the create.
 */
function recogniseLicences<T extends { placed: LicenceFields }>(items: readonly T[], listed: readonly Licence[]): Map<T, Licence> {
  const byKey = new Map(listed.filter((licence) => licence.snowid != null).map((licence) => [licence.snowid, licence]));
  // Each is taken once: of two lines alike, each has its own.
  const keyless = new Set(listed.filter((licence) => licence.snowid == null));
  const found = new Map<T, Licence>();
  for (const item of items) {
    const { placed } = item;
    const licence =
      byKey.get(placed.snowid) ??
      keyless
        .values()
        .find(
          (other) =>
            other.clientId === placed.client_id &&
            (other.vendor_product_sku ?? null) === (placed.vendor_product_sku ?? null) &&
            (other.name ?? null) === (placed.name ?? null),
        );
    if (!licence) continue;
    keyless.delete(licence);
    found.set(item, licence);
  }
  return found;
}

/** What the PSA shows of the fields that were asked for, as far as it is not as planned, and a sentence when it is not what was asked for. */
export function compareShown(
  asked: LicenceFields,
  shown: Licence,
  planned: LicenceFields = asked,
): { after: Partial<LicenceFields>; message?: string } {
  const fields = Object.keys(asked) as (keyof LicenceFields)[];
  const unlike = (wanted: LicenceFields): (keyof LicenceFields)[] =>
    fields.filter((field) => (shown[field] ?? null) !== (wanted[field] ?? null));
  const after = Object.fromEntries(unlike(planned).map((field) => [field, shown[field] ?? null]));
  const other = unlike(asked);
  return other.length === 0 ? { after } : { after, message: `HaloPSA took it, but shows something else in ${other.join(', ')}.` };
}
