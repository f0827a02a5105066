import type { Site, SiteAddress } from '../domain/index.js';
import * as read from './read.js';
import { escapeMarkup, nameForm } from './text.js';
import { isRecord } from './read.js';
import type { WireAddress, WireRecord, WireSiteUpdate } from './wire.js';
import { wireId } from './write.js';

const LINES = ['line1', 'line2', 'line3', 'line4', 'postcode'] as const;
/** On lists the address may come flat; its fifth line is the postcode. Source: Halo's OpenAPI document, schema Site, and database columns. */
const FLAT = { line1: 1, line2: 2, line3: 3, line4: 4, postcode: 5 } as const;
/** How long Halo's address columns are is not known; a longer line is no address any more. */
const LINE_LENGTH = 250;

/** A line of an address as it is kept and compared; undefined when empty. */
export function lineForm(line: string | undefined): string | undefined {
  const plain = nameForm(line ?? '', LINE_LENGTH);
  return plain === '' ? undefined : plain;
}

/** The lines of an address that are set, in Halo's form. Empty lines are left out: nothing is ever blanked. */
export function addressToWire(address: SiteAddress): WireAddress {
  const wire: WireAddress = {};
  if (address.addressId !== undefined) wire.id = wireId(address.addressId);
  for (const line of LINES) {
    const value = lineForm(address[line]);
    if (value !== undefined) wire[line] = escapeMarkup(value);
  }
  return wire;
}

/** A change of a site's delivery address and country in Halo's form. Throws a RangeError for an id that is not Halo's. */
export function siteToWire(update: { siteId: string; address: SiteAddress; countryCode?: string }): WireSiteUpdate {
  const wire: WireSiteUpdate = { id: wireId(update.siteId), delivery_address: addressToWire(update.address) };
  if (update.countryCode !== undefined) wire.country_code = update.countryCode.slice(0, 10);
  return wire;
}

/** A site record of Halo, or why it cannot be used. */
export function siteFromWire(row: WireRecord): Site | { reason: string } {
  const siteId = read.id(row['id']);
  if (siteId === undefined) return { reason: 'The site has no id.' };
  const clientId = read.id(row['client_id']);
  if (clientId === undefined) return { reason: 'The site does not say which client it belongs to.' };
  const site: Site = { siteId, clientId, name: read.name(row['name']) ?? '', inactive: read.flag(row['inactive']) ?? false };
  const countryCode = read.text(row['country_code']);
  if (typeof countryCode === 'string') site.countryCode = countryCode;
  const address = addressFromWire(row);
  if (address !== undefined) site.address = address;
  return site;
}

function addressFromWire(row: WireRecord): SiteAddress | undefined {
  const whole = row['delivery_address'];
  if (isRecord(whole)) return addressOf((line) => whole[line], whole['id']);
  if (!LINES.some((line) => `delivery_address_line${FLAT[line]}` in row)) return undefined;
  return addressOf((line) => row[`delivery_address_line${FLAT[line]}`], undefined);
}

function addressOf(value: (line: (typeof LINES)[number]) => unknown, rawId: unknown): SiteAddress {
  const address: SiteAddress = {};
  const addressId = read.id(rawId);
  if (addressId !== undefined) address.addressId = addressId;
  for (const line of LINES) {
    const text = read.name(value(line));
    if (typeof text === 'string') address[line] = text;
  }
  return address;
}
