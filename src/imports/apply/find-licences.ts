import type { Licence, LicenceFields } from '../../domain/index.js';
import { ImportFailure } from '../failure.js';
import type { ApplyContext } from './context.js';

/** Rows of a page of licences at worst: page sizes are lowered silently, and 50 was seen. */
const PAGE = 50;

/** How many calls a look at all licences may take. */
export function callsForAll(context: Pick<ApplyContext, 'licencesThere'>): number {
  return Math.ceil((context.licencesThere + 1) / PAGE);
}

/** The licences of these clients as they are now, deleted ones left out; by whichever look takes fewer calls. */
export async function licencesAt(context: ApplyContext, clientIds: ReadonlySet<string>): Promise<Licence[]> {
  const looks = [];
  if (clientIds.size >= callsForAll(context)) looks.push(await context.psa.licences());
  else for (const clientId of clientIds) looks.push(await context.psa.licences({ clientId }));
  if (looks.some((look) => !look.complete || look.malformed.length > 0)) {
    throw new ImportFailure(
      'vendor',
      'psa_look_incomplete',
      'HaloPSA did not list all licences after some were created. Nothing more is created now; the next import finds them by their keys.',
    );
  }
  return looks.flatMap((look) => look.rows).filter((licence) => !licence.deleted);
}

/**
 * What creates of unknown end became: by their keys; and because this may be a PSA that loses keys, by client, product and name
 * among the licences without one that are younger than the create.
 */
export function recogniseLicences<T extends { placed: LicenceFields }>(
  items: readonly T[],
  listed: readonly Licence[],
  youngestBefore: number,
): Map<T, Licence> {
  const byKey = new Map(listed.filter((licence) => licence.snowid != null).map((licence) => [licence.snowid, licence]));
  const keyless = listed.filter((licence) => licence.snowid == null && Number(licence.licenceId) > youngestBefore);
  const found = new Map<T, Licence>();
  for (const item of items) {
    const { placed } = item;
    const licence =
      byKey.get(placed.snowid) ??
      keyless.find(
        (other) =>
          other.clientId === placed.client_id &&
          (other.vendor_product_sku ?? null) === (placed.vendor_product_sku ?? null) &&
          (other.name ?? null) === (placed.name ?? null),
      );
    if (licence) found.set(item, licence);
  }
  return found;
}

/** What the PSA shows of the fields that were asked for, and a sentence when that is something else. */
export function compareShown(asked: LicenceFields, shown: Licence): { after: LicenceFields; message?: string } {
  const after = Object.fromEntries(Object.keys(asked).map((field) => [field, shown[field as keyof LicenceFields] ?? null]));
  const other = Object.keys(asked).filter((field) => after[field] !== (asked[field as keyof LicenceFields] ?? null));
  return other.length === 0 ? { after } : { after, message: `HaloPSA took it, but shows something else in ${other.join(', ')}.` };
}
