import { type Customer, looseName, type Look } from '../../domain/index.js';

/** Fewer customers than this may all have been renamed since the last look. */
const FEW = 4;

/** An account of which fewer than one customer in this many has the name it had is another one. */
const ONE_IN = 4;

/**
 * Whether a look at customers is at another account than the looks before: it shows none of those known, or the ids of some, but under
 * other names. Each marketplace counts its ids from the same number, so those of another region are partly the same. Pure.
 * @param known names by id.
 */
export function isAnotherAccount(known: ReadonlyMap<string, string>, look: Look<Customer>): boolean {
  if (known.size === 0) return false;
  const again = look.rows.filter(({ customerId }) => known.has(customerId));
  if (again.length === 0) return !look.malformed.some(({ id }) => id !== undefined && known.has(id));
  const same = again.filter(({ customerId, name }) => looseName(name) === looseName(known.get(customerId)!)).length;
  return again.length >= FEW && same * ONE_IN < again.length;
}
