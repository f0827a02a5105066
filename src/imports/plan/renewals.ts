import { daysBetween, type Licence, type LicenceFields, type SubscriptionDetail, type SubscriptionLine } from '../../domain/index.js';

/** How far the end of one term and the start of the next may lie apart, in days. */
const ABUT_DAYS = 3;
/** How long ago a licence may have been made inactive and still be taken up by a renewal, in days. */
const REVIVE_DAYS = 35;

/** What a line is of, in the words of a licence. */
interface Product {
  /** Undefined when the product or the term is not known: such a line is like no other. */
  product?: string;
  vendorSubscriptionId?: string;
}

/** A live line that has no licence yet. */
export interface NewLine extends Product {
  subscription: SubscriptionDetail;
  line: SubscriptionLine;
  /** The line as the PSA would store it. */
  wanted: LicenceFields;
}

/** An ended line whose licence is there. */
export interface EndedLine extends Product {
  subscriptionId: string;
  line: string;
  licence: Licence;
  /** The last day of the term; undefined when nobody knows. */
  endDate?: string;
  /** `ask`: a complete list lacks it, which is proof only once its id was asked for. */
  proven: boolean | 'ask';
  /** Its subscription lives on without this line. */
  vanished?: boolean;
}

/** Any other live line: one that has its licence, or gets none. */
export interface LiveLine extends Product {
  subscriptionId: string;
  line: string;
  licenceId?: string;
}

export type Succession =
  | { kind: 'renewal'; of: EndedLine }
  /** What this line follows has to be asked for by id first. */
  | { kind: 'ask'; of: EndedLine[] }
  | { kind: 'unclear'; of: string[]; licenceIds: string[]; why: string };

/** The day of the import, and whether all of the customer's subscriptions are known to be in view. */
export interface Surroundings {
  today: string;
  complete: boolean;
}

/** Product, term and billing period of a line or licence as one text; undefined when they are not known. */
export function productOf(fields: LicenceFields): string | undefined {
  if (fields.vendor_product_sku == null || fields.term_duration == null) return undefined;
  return JSON.stringify([fields.vendor_product_sku, fields.product_sku ?? null, fields.term_duration, fields.billing_cycle ?? null]);
}

function mayGoOn(ended: EndedLine, today: string): boolean {
  if (ended.licence.is_active !== false) return true;
  return ended.licence.end_date != null && daysBetween(ended.licence.end_date, today) <= REVIVE_DAYS;
}

function grouped<T extends Product>(lines: readonly T[], by: 'product' | 'vendorSubscriptionId'): (key: string) => T[] {
  const groups = Map.groupBy(lines, (line) => line[by]);
  return (key) => groups.get(key) ?? [];
}

function unclear(candidates: readonly (EndedLine | LiveLine)[], why: string): Succession {
  const licences = candidates.map((candidate) => ('licence' in candidate ? candidate.licence.licenceId : candidate.licenceId));
  return {
    kind: 'unclear',
    of: [...new Set(candidates.map((candidate) => candidate.subscriptionId))].toSorted(),
    licenceIds: licences.filter((id) => id !== undefined).toSorted((a, b) => Number(a) - Number(b)),
    why,
  };
}

/**
 * Finds, among one customer's lines, which new line is the renewal of which ended one. Month-to-month subscriptions seem to end
 * one id and start another for the same thing (read from live data, not documented by the vendor).
 *
 * Clear is: an equal vendor subscription id; or one ended and one new line of the same product, term and billing period, no third
 * alive, and dates that abut within three days. Anything that only looks like it is `unclear`: shown to a person, never guessed.
 */
export function findSuccessions(
  fresh: readonly NewLine[],
  ended: readonly EndedLine[],
  live: readonly LiveLine[],
  { today, complete }: Surroundings,
): Map<NewLine, Succession> {
  const found = new Map<NewLine, Succession>();
  const open = ended.filter((line) => mayGoOn(line, today));
  if (open.length === 0 && live.length === 0) return found;
  const taken = new Set<EndedLine>();
  const take = (line: NewLine, of: EndedLine): void => {
    // Who is alone in a list that lacks some may not be alone.
    if (!complete) found.set(line, unclear([of], 'ended, but the list of subscriptions could not be read whole'));
    else found.set(line, of.proven === 'ask' ? { kind: 'ask', of: [of] } : { kind: 'renewal', of });
    taken.add(of);
  };

  const sharing = {
    fresh: grouped(fresh, 'vendorSubscriptionId'),
    open: grouped(open, 'vendorSubscriptionId'),
    live: grouped(live, 'vendorSubscriptionId'),
  };
  for (const line of fresh) {
    const id = line.vendorSubscriptionId;
    if (id === undefined) continue;
    const elsewhere = (other: { subscriptionId: string }): boolean => other.subscriptionId !== line.subscription.subscriptionId;
    const before = sharing.open(id);
    const alive = sharing.live(id).filter((other) => elsewhere(other) && other.licenceId !== undefined);
    const mine = sharing.fresh(id).filter((other) => other.subscription === line.subscription);
    const rivals = sharing.fresh(id).length - mine.length;
    if (alive.length > 0) {
      // What ended may be meant all the same, so it is named, and not ended before somebody decides.
      const over = open.filter(
        (other) => other.vendorSubscriptionId === id || (other.product !== undefined && other.product === line.product),
      );
      const why = 'carries the same vendor subscription id and is still alive';
      found.set(line, unclear([...alive, ...over], over.length > 0 ? `ended, or ${why}` : why));
      continue;
    }
    // The products of one offer may share the id: then each goes on as the one of its own product.
    const several = before.length + mine.length > 2;
    const same = several ? before.filter((other) => other.product === line.product) : before;
    const twins = several ? mine.filter((other) => other.product === line.product) : mine;
    if (same.length === 0) continue;
    if (same.length > 1 || twins.length > 1 || rivals > 0)
      found.set(line, unclear(same, 'carries the same vendor subscription id, but not alone'));
    else if (same[0]!.proven === false)
      found.set(line, unclear(same, 'carries the same vendor subscription id, but is not proven to have ended'));
    else take(line, same[0]!);
  }

  const alike = {
    fresh: grouped(
      fresh.filter((line) => !isClear(found.get(line))),
      'product',
    ),
    open: grouped(
      open.filter((line) => !taken.has(line)),
      'product',
    ),
    live: grouped(live, 'product'),
  };
  for (const line of fresh) {
    const { product } = line;
    if (found.has(line) || product === undefined) continue;
    const before = alike.open(product);
    const [only] = before;
    if (!only) continue;
    const third = alike.fresh(product).length - 1 + alike.live(product).length;
    if (before.length > 1) found.set(line, unclear(before, 'ended, and more than one of them did'));
    else if (third > 0) found.set(line, unclear(before, 'ended, but more than one subscription to the same product is alive'));
    else if (only.proven === false) found.set(line, unclear(before, 'was not seen, but is not proven to have ended'));
    else if (!abut(only, line))
      found.set(
        line,
        unclear(
          before,
          `ended (${only.endDate ?? 'no date'}) and this one began (${line.subscription.creationDate ?? 'no date'}) too far apart`,
        ),
      );
    else take(line, only);
  }
  return found;
}

function isClear(succession: Succession | undefined): boolean {
  return succession?.kind === 'renewal' || succession?.kind === 'ask';
}

function abut({ endDate }: EndedLine, { subscription: { creationDate } }: NewLine): boolean {
  return endDate !== undefined && creationDate !== undefined && Math.abs(daysBetween(endDate, creationDate)) <= ABUT_DAYS;
}
