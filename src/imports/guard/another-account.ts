import { type Customer, looseName, type Look } from '../../domain/index.js';
import { ImportFailure } from '../failure.js';

/** Fewer customers than this may all have been renamed since the last look. */
const FEW = 4;

/** An account of which fewer than one customer in this many has the name it had is another one. */
const ONE_IN = 4;

/** What a look at customers showed of those that were known before, counted page by page. Empty to begin with. */
export interface Recognition {
  /** Rows with an id that is known, and those of them that have the name it had. */
  again: number;
  same: number;
}

/** Counts a page. `known` are names by id, of at least those on it. */
export function recognise(seen: Recognition, known: ReadonlyMap<string, string>, rows: readonly Customer[]): void {
  for (const { customerId, name } of rows) {
    const before = known.get(customerId);
    if (before === undefined) continue;
    seen.again += 1;
    if (looseName(name) === looseName(before)) seen.same += 1;
  }
}

/**
 * Whether a look was at another account than the looks before: it shows none of those known, or the ids of some, but under other names.
 * Each marketplace counts its ids from the same number, so those of another region are partly the same. Pure.
 * @param known how many were.
 * @param unread whether any of them is among the records that could not be understood.
 */
export function isAnother({ again, same }: Recognition, known: number, unread: boolean): boolean {
  if (known === 0) return false;
  if (again === 0) return !unread;
  return again >= FEW && same * ONE_IN < again;
}

/** What is said then. Nothing of such a look is to be stored: its customers would be taken for known ones the next time. */
export function differentAccount(known: number): ImportFailure {
  return new ImportFailure(
    'configuration',
    'different_account',
    `The marketplace shows hardly any of the ${known} customers known before, by their ids and names: this looks like another account or region. Check the tenant's address, marketplace code and user; nothing was changed.`,
  );
}

/** The same, of a look that is held whole. `known` are all names by id. */
export function isAnotherAccount(known: ReadonlyMap<string, string>, look: Look<Customer>): boolean {
  const seen: Recognition = { again: 0, same: 0 };
  recognise(seen, known, look.rows);
  return isAnother(
    seen,
    known.size,
    look.malformed.some(({ id }) => id !== undefined && known.has(id)),
  );
}
