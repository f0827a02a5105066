import type { Address, Contact, Customer, CustomerStatus } from '../domain/index.js';
import { isObject, said, statusOf, textOf, type Judged, type WireObject } from './wire.js';

const STATUSES: readonly Exclude<CustomerStatus, 'unknown'>[] = ['pending', 'active', 'creditHold', 'adminHold', 'cancelled', 'error'];

/** Who is asked for first when a customer names several people. */
const CONTACT_ORDER = ['admin', 'technical', 'billing'];

/**
 * A row of `GET /customers`, or `GET /customers/{id}`. List rows often carry no address and no contacts.
 * With a reseller id, rows that name another reseller are foreign.
 */
export function readCustomer(raw: unknown, resellerId?: string): Judged<Customer> {
  if (!isObject(raw)) return { kind: 'malformed', reason: 'The customer is not an object.' };
  const id = textOf(raw.id);
  if (id === undefined) return { kind: 'malformed', reason: 'The customer has no id.' };
  const owner = textOf(raw.resellerId);
  if (resellerId !== undefined && owner !== undefined && owner !== resellerId) return { kind: 'foreign', id };
  const name = textOf(raw.name);
  if (name === undefined || typeof raw.name !== 'string') return { kind: 'malformed', id, reason: 'The customer has no name.' };
  const row = said<Customer>({
    customerId: id,
    name,
    ...statusOf(raw.status, STATUSES),
    resellerId: owner,
    address: isObject(raw.address) ? readAddress(raw.address) : undefined,
    contact: readContact(raw.contactPersons),
  });
  return { kind: 'row', id, row };
}

function readAddress(raw: WireObject): Address | undefined {
  const address = said<Address>({
    street: textOf(raw.streetAddress),
    streetExtension: textOf(raw.addressExtension),
    postalCode: textOf(raw.postalCode),
    city: textOf(raw.city),
    state: textOf(raw.state),
    countryCode: textOf(raw.countryCode)?.toUpperCase(),
  });
  return Object.keys(address).length === 0 ? undefined : address;
}

function rank(person: WireObject): number {
  const place = CONTACT_ORDER.indexOf(textOf(person.type) ?? '');
  return place < 0 ? CONTACT_ORDER.length : place;
}

function readContact(raw: unknown): Contact | undefined {
  const people = Array.isArray(raw) ? raw.filter(isObject) : [];
  for (const person of people.sort((a, b) => rank(a) - rank(b))) {
    const contact = said<Contact>({
      firstName: textOf(person.firstName),
      lastName: textOf(person.lastName),
      email: textOf(person.email),
      phone: readPhone(textOf(person.phoneNumber)),
    });
    if (Object.keys(contact).length > 0) return contact;
  }
  return undefined;
}

/** `81##18881234567#` (country#area#number#extension) as people write it: `+81 18881234567`. Other forms stay as they are. */
function readPhone(raw: string | undefined): string | undefined {
  const parts = raw?.split('#').map((part) => part.trim());
  if (parts === undefined || parts.length < 3) return raw;
  const [country = '', area = '', number = '', extension = ''] = parts;
  const text = [country === '' ? '' : `+${country.replace(/^\+/, '')}`, area, number, extension === '' ? '' : `x${extension}`];
  return number === '' ? undefined : text.filter((part) => part !== '').join(' ');
}
