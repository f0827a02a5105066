import { daysBetween, type Licence, type LicenceFields, type SubscriptionDetail, type SubscriptionLine } from '../../domain/index.js';

/** How far the end of one term and the start of the next may lie apart, in days. */
const ABUT_DAYS = 3;
/** How long ago a licence may have been made inactive and still be taken up by a renewal, in days. */
const REVIVE_DAYS = 35;

/** A live line that has no licence yet. */
export interface NewLine {
  subscription: SubscriptionDetail;
  line: SubscriptionLine;
  /** The line as the PSA would store it. */
  wanted: LicenceFields;
}

/** An ended line whose licence is there. */
export interface EndedLine {
  subscriptionId: string;
  line: string;
  licence: Licence;
  /** The last day of the term; undefined when nobody knows. */
  endDate?: string;
  vendorSubscriptionId?: string;
  /** Whether the end is proven: listed as ended, or absent from a complete look. */
  proven: boolean;
}

/** A live line that has a licence: it competes for being the successor, and is none. */
export interface LiveLine {
  subscriptionId: string;
  line: string;
  licence: Licence;
  vendorSubscriptionId?: string;
}

export type Succession = { kind: 'renewal'; of: EndedLine } | { kind: 'unclear'; of: string[]; licenceIds: string[]; why: string };

/** Product, term and billing period in the words of a licence, so that both sides can be compared even when the cache is empty. */
function product(fields: LicenceFields): string | undefined {
  if (fields.vendor_product_sku == null || fields.term_duration == null) return undefined;
  return JSON.stringify([fields.vendor_product_sku, fields.product_sku ?? null, fields.term_duration, fields.billing_cycle ?? null]);
}

function mayGoOn(ended: EndedLine, today: string): boolean {
  if (ended.licence.is_active !== false) return true;
  return ended.licence.end_date != null && daysBetween(ended.licence.end_date, today) <= REVIVE_DAYS;
}

/**
 * Finds, among one customer's lines, which new line is the renewal of which ended one. Month-to-month subscriptions seem to end
 * one id and start another for the same thing (read from live data, not documented by the vendor).
 *
 * Clear is: an equal vendor subscription id; or one ended and one new line of the same product, term and billing period, no third
 * alive, and dates that abut within three days. Anything that only looks like it is `unclear`: shown to a person, never guessed.
 */
export function findSuccessions(fresh: readonly NewLine[], ended: readonly EndedLine[], live: readonly LiveLine[], today: string): Map<NewLine, Succession> {
  const found = new Map<NewLine, Succession>();
  const open = ended.filter((line) => mayGoOn(line, today));
  const taken = new Set<EndedLine>();

  const unclear = (line: NewLine, candidates: readonly (EndedLine | LiveLine)[], why: string): void => {
    found.set(line, {
      kind: 'unclear',
      of: candidates.map((candidate) => candidate.subscriptionId).toSorted(),
      licenceIds: candidates.map((candidate) => candidate.licence.licenceId).toSorted(),
      why,
    });
  };

  for (const line of fresh) {
    const id = line.line.vendorSubscriptionId;
    if (id === undefined) continue;
    const before = open.filter((candidate) => candidate.vendorSubscriptionId === id);
    const rivals = fresh.filter((other) => other.line.vendorSubscriptionId === id);
    const alive = live.filter((other) => other.vendorSubscriptionId === id);
    if (alive.length > 0) unclear(line, alive, 'carries the same vendor subscription id and is still alive');
    else if (before.length === 1 && rivals.length === 1 && before[0]!.proven) {
      found.set(line, { kind: 'renewal', of: before[0]! });
      taken.add(before[0]!);
    } else if (before.length > 0) unclear(line, before, 'carries the same vendor subscription id, but not alone');
  }

  for (const line of fresh) {
    if (found.has(line)) continue;
    const what = product(line.wanted);
    if (what === undefined) continue;
    const before = open.filter((candidate) => !taken.has(candidate) && product(candidate.licence) === what);
    if (before.length === 0) continue;
    const rivals = fresh.filter((other) => other !== line && found.get(other)?.kind !== 'renewal' && product(other.wanted) === what);
    const alive = live.filter((other) => product(other.licence) === what);
    const start = line.subscription.creationDate;
    const [only] = before;
    if (before.length > 1) unclear(line, before, 'ended, and more than one of them did');
    else if (rivals.length + alive.length > 0) unclear(line, before, 'ended, but more than one subscription to the same product is alive');
    else if (!only!.proven) unclear(line, before, 'was not seen, but is not proven to have ended');
    else if (start === undefined || only!.endDate === undefined || Math.abs(daysBetween(only!.endDate, start)) > ABUT_DAYS) {
      unclear(line, before, `ended (${only!.endDate ?? 'no date'}) and this one began (${start ?? 'no date'}) too far apart`);
    } else found.set(line, { kind: 'renewal', of: only! });
  }
  return found;
}
