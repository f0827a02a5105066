import type { PsaSwitches } from '../switches.js';
import { fitted } from '../storing.js';
import type { Store } from '../store.js';
import type { Row } from '../table.js';

/** An address of a site: street, its extension, city, state or county, postcode. Empty lines are empty texts. */
export interface Address {
  id: number;
  line1: string;
  line2: string;
  line3: string;
  line4: string;
  postcode: string;
}

const LINES = ['line1', 'line2', 'line3', 'line4', 'postcode'] as const;

/**
 * A posted address put into place: with the id of the present one its lines are changed, those not given stay; without it,
 * it is a new address that takes the old one's place.
 */
export function placedAddress(posted: unknown, present: Address | undefined, store: Store, switches: PsaSwitches): Address {
  const given: Record<string, unknown> = typeof posted === 'object' && posted !== null ? { ...posted } : {};
  const same = present !== undefined && Number(given['id'] ?? 0) === present.id;
  const address: Address = same ? { ...present } : { id: store.nextAddressId(), line1: '', line2: '', line3: '', line4: '', postcode: '' };
  for (const line of LINES) {
    const value = given[line];
    if (typeof value === 'string') address[line] = fitted(value, 255, switches);
    else if (value === null && switches.nullOnUpdate === 'clears') address[line] = '';
  }
  return address;
}

/** The address that a stored site carries. */
export function addressOf(site: Row): Address {
  const stored = site['delivery_address'];
  const values: Record<string, unknown> = typeof stored === 'object' && stored !== null ? { ...stored } : {};
  const line = (name: (typeof LINES)[number]): string => (typeof values[name] === 'string' ? values[name] : '');
  return {
    id: Number(values['id'] ?? 0),
    line1: line('line1'),
    line2: line('line2'),
    line3: line('line3'),
    line4: line('line4'),
    postcode: line('postcode'),
  };
}

/** The address as Halo shows it, with the fields that stand beside the lines. */
export function shownAddress(address: Address): Record<string, unknown> {
  return { ...address, type: 0, description: null, note: null, primary: true, inactive: false, lat: 0, long: 0 };
}

/** The flat copy that rows of the site list carry; line 5 is the postcode. */
export function flatAddress(address: Address): Record<string, string> {
  return {
    delivery_address_line1: address.line1,
    delivery_address_line2: address.line2,
    delivery_address_line3: address.line3,
    delivery_address_line4: address.line4,
    delivery_address_line5: address.postcode,
  };
}
