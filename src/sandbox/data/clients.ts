import type { CustomerRow } from '../marketplace/rows.js';
import type { SeedClient } from '../psa/seed.js';
import { awkwardIndex, SAME_NAME } from './customers.js';
import { looselySpelled, otherwiseSpelled } from './names.js';
import type { CompanyNames } from './names.js';
import type { Random } from './random.js';
import { STREET_KINDS, STREETS } from './words.js';

/**
 * How a customer of the marketplace is found in the PSA:
 * - `exact`: one active client of exactly the name (perhaps in another form of Unicode),
 * - `spelling`: the same but for case or spacing,
 * - `loose`: the same but for legal form, punctuation or word order,
 * - `ambiguous`: two active clients of the name,
 * - `inactive`: only an inactive client of the name,
 * - `shared`: one client of the name, but two customers of it,
 * - `none`: no client.
 */
export type MatchKind = 'exact' | 'spelling' | 'loose' | 'ambiguous' | 'inactive' | 'shared' | 'none';

/** The mix, repeated: its beginning has something of everything, for small sandboxes. */
const MIX: readonly MatchKind[] = [
  ...(['exact', 'exact', 'none', 'spelling', 'loose', 'exact', 'exact', 'none', 'exact', 'exact'] as const),
  ...(['exact', 'spelling', 'exact', 'none', 'exact', 'ambiguous', 'exact', 'exact', 'loose', 'exact'] as const),
  ...(['exact', 'none', 'exact', 'exact', 'spelling', 'exact', 'none', 'exact', 'inactive', 'exact'] as const),
  ...(['loose', 'exact', 'exact', 'none', 'spelling', 'exact', 'loose', 'exact', 'none', 'exact'] as const),
];

export const TOP_LEVELS = { customers: 2, prospects: 3 } as const;

/** The client of a customer, where it has exactly one active one. */
export interface Matched {
  kinds: Map<string, MatchKind>;
  clients: SeedClient[];
  /** Client ids by customer id, of the kinds that are matched by themselves. */
  clientOf: Map<string, number>;
}

export function matchKindAt(index: number, count: number): MatchKind {
  if (count > SAME_NAME[1] && (SAME_NAME as readonly number[]).includes(index)) return 'shared';
  const awkward = awkwardIndex(index);
  if (awkward !== undefined) return awkward % 2 === 0 ? 'exact' : 'none';
  return MIX[index % MIX.length] ?? 'none';
}

/** The PSA's clients: those of the customers, in the mix above, and some that are nobody's customers. */
export function generateClients(customers: readonly CustomerRow[], names: CompanyNames, random: Random): Matched {
  const matched: Matched = { kinds: new Map(), clients: [], clientOf: new Map() };
  let id = 11;
  const add = (name: string, customer: CustomerRow | undefined, extra: Partial<SeedClient> = {}): number => {
    id += random.int(1, 3);
    matched.clients.push({ id, name, toplevel_id: TOP_LEVELS.customers, site: site(customer, random), ...extra });
    return id;
  };
  matched.clients.push({ id: 1, name: 'Unknown', toplevel_id: 1, site: { name: 'Unknown' } });
  customers.forEach((customer, index) => {
    const kind = matchKindAt(index, customers.length);
    matched.kinds.set(customer.id, kind);
    if (kind === 'exact') {
      const extra = random.chance(0.1) ? { ref: `AC${random.int(10_000, 99_999)}` } : {};
      matched.clientOf.set(customer.id, add(customer.name.normalize('NFC'), customer, extra));
      // A second client of the name that was set inactive long ago takes nothing away from the match.
      if (index % 160 === 50) add(customer.name, undefined, { inactive: true });
    } else if (kind === 'spelling') {
      matched.clientOf.set(customer.id, add(otherwiseSpelled(customer.name, random), customer));
    } else if (kind === 'loose') {
      add(looselySpelled(customer.name, random), customer);
    } else if (kind === 'ambiguous') {
      add(customer.name, customer);
      add(customer.name.toUpperCase(), undefined);
    } else if (kind === 'inactive') {
      add(customer.name, customer, { inactive: true });
    } else if (kind === 'shared' && index === SAME_NAME[0]) {
      add(customer.name, customer);
    }
  });
  const others = Math.round(customers.length * 0.12);
  for (let count = 0; count < others; count += 1) {
    add(names.next(), undefined, random.chance(0.5) ? { toplevel_id: TOP_LEVELS.prospects } : { inactive: random.chance(0.3) });
  }
  return matched;
}

/** A main site: the customer's address as it is, or as it was before they moved. */
function site(customer: CustomerRow | undefined, random: Random): SeedClient['site'] {
  const name = random.chance(0.75) ? 'Main' : random.pick(['Head Office', 'HQ', customer?.address?.city ?? 'Office']);
  const address = customer?.address;
  if (!address || random.chance(0.05)) return { name, country_code: 'US' };
  const moved = random.chance(0.2);
  return {
    name,
    line1: moved ? `${random.int(1, 9899)} ${random.pick(STREETS)} ${random.pick(STREET_KINDS)}` : address.streetAddress,
    ...(address.addressExtension && !moved ? { line2: address.addressExtension } : {}),
    line3: address.city,
    ...(address.state === undefined ? {} : { line4: address.state }),
    postcode: address.postalCode,
    country_code: address.countryCode,
  };
}
