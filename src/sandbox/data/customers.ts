import type { CustomerRow } from '../marketplace/rows.js';
import { AWKWARD_NAMES } from './names.js';
import type { CompanyNames } from './names.js';
import type { Random } from './random.js';
import { FAMILY, GIVEN, OTHER_PLACES, STREET_KINDS, STREETS, US_PLACES } from './words.js';

/** The ids start here and go up, the oldest customer first. */
const FIRST_ID = 1_000_001;

/** Where the awkward names go: the first at this index, each next one this many later. */
const AWKWARD = { first: 9, step: 17 };

/** The two customers that have one name, by index. */
export const SAME_NAME = [20, 27] as const;

/** Which awkward name the customer of this index has, if any. */
export function awkwardIndex(index: number): number | undefined {
  const nth = (index - AWKWARD.first) / AWKWARD.step;
  return Number.isInteger(nth) && nth >= 0 && nth < AWKWARD_NAMES.length ? nth : undefined;
}

/** Customers, oldest first. */
export function generateCustomers(count: number, resellerId: string, names: CompanyNames, random: Random): CustomerRow[] {
  const customers = Array.from({ length: count }, (_, index) => {
    const awkward = awkwardIndex(index);
    const name = awkward === undefined ? names.next() : (AWKWARD_NAMES[awkward] ?? names.next());
    return customer(index, name, resellerId, random);
  });
  const [first, second] = [customers[SAME_NAME[0]], customers[SAME_NAME[1]]];
  if (first && second) second.name = first.name;
  return customers;
}

function customer(index: number, name: string, resellerId: string, random: Random): CustomerRow {
  const place = random.pick(random.chance(0.94) ? US_PLACES : OTHER_PLACES);
  const domain = `${slug(name)}-${index + 1}.example`;
  return {
    id: String(FIRST_ID + index),
    ...(random.chance(0.3) ? { externalId: `C-${1000 + index}` } : {}),
    status: statusAt(index),
    name,
    address: {
      streetAddress: `${random.int(1, 9899)} ${random.pick(STREETS)} ${random.pick(STREET_KINDS)}`,
      ...(random.chance(0.25) ? { addressExtension: random.pick(['Suite 200', '2nd Floor', 'Unit B', 'P.O. Box 118', '']) } : {}),
      postalCode: `${place.postcode}${place.countryCode === 'US' || place.countryCode === 'PR' ? String(random.int(1, 99)).padStart(2, '0') : ' 1A1'}`,
      city: place.city,
      ...(place.state === undefined ? {} : { state: place.state }),
      countryCode: place.countryCode,
    },
    contactPersons: (random.chance(0.2) ? ['admin', 'billing', 'technical'] : ['admin']).map((type) =>
      person(type, domain, place.phone, random),
    ),
    language: place.language,
    ...(random.chance(0.15) ? { taxRegId: `${random.int(10, 99)}-${random.int(1_000_000, 9_999_999)}` } : {}),
    resellerId,
  };
}

function person(type: string, domain: string, phone: string, random: Random) {
  const firstName = random.pick(GIVEN);
  const lastName = random.pick(FAMILY);
  return {
    type,
    firstName,
    lastName,
    email: `${slug(firstName)}.${slug(lastName)}@${domain}`,
    phoneNumber: `${phone}#555${random.int(1000, 9999)}#`,
  };
}

function statusAt(index: number): string {
  if (index % 45 === 14) return 'cancelled';
  if (index % 75 === 33) return 'pending';
  if (index % 60 === 25) return 'creditHold';
  if (index % 150 === 58) return 'adminHold';
  if (index % 150 === 44) return 'error';
  return 'active';
}

/** Lower-case ASCII letters and digits of a name, joined by hyphens. */
export function slug(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return (
    plain
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '')
      .slice(0, 40) || 'customer'
  );
}
