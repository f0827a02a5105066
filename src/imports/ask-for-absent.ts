import type { Subscription } from '../domain/index.js';
import type { ReadDetail } from './plan/input.js';
import type { Marketplace } from './vendors.js';

/** What is asked for, and what is known of the list that lacks it. */
export interface Absent {
  ids: readonly string[];
  listed: readonly Subscription[];
  /** Subscriptions that have licences. */
  linked: ReadonlySet<string>;
}

/**
 * Asks by id for subscriptions that a list lacks. That the marketplace does not know an id counts only if it says so twice, and in
 * between knows one that it lists: while another account answers at the same address, as behind a mixed-up session or region, it knows
 * none of this one. Otherwise the record counts as unreadable, which proves nothing.
 */
export async function askForAbsent(
  marketplace: Pick<Marketplace, 'subscription'>,
  { ids, listed, linked }: Absent,
  asked: () => Promise<void>,
): Promise<Map<string, ReadDetail>> {
  const answers = new Map<string, ReadDetail>();
  for (const id of ids) {
    answers.set(id, await marketplace.subscription(id));
    await asked();
  }
  const unknown = ids.filter((id) => answers.get(id) === null);
  if (unknown.length === 0) return answers;
  const witness = listed.find((row) => linked.has(row.subscriptionId)) ?? listed[0];
  const seen = witness ? await marketplace.subscription(witness.subscriptionId) : null;
  for (const id of unknown) {
    const reason = 'The marketplace does not know its id, but knows none that it lists either: another account seems to answer.';
    answers.set(id, seen === null ? { id, reason } : await marketplace.subscription(id));
  }
  return answers;
}
