import type { Client, NewClient } from '../domain/index.js';
import * as read from './read.js';
import { addressToWire } from './site-record.js';
import { clip, escapeMarkup, nameForm, textForm } from './text.js';
import type { WireNewClient, WireRecord } from './wire.js';
import { wireId } from './write.js';

/** Length of client and site names. Source: a published dump of a real Halo database, 2026-01. */
export const NAME_LENGTH = 4000;

/** A client record of Halo, or why it cannot be used. */
export function clientFromWire(row: WireRecord): Client | { reason: string } {
  const clientId = read.id(row['id']);
  if (clientId === undefined) return { reason: 'The client has no id.' };
  const name = read.name(row['name']);
  if (typeof name !== 'string') return { reason: 'The client has no name.' };
  const client: Client = { clientId, name, inactive: read.flag(row['inactive']) ?? false };
  const ref = read.text(row['ref']);
  if (typeof ref === 'string') client.ref = ref;
  const topLevelId = read.id(row['toplevel_id']);
  if (topLevelId !== undefined) client.topLevelId = topLevelId;
  const mainSiteId = read.id(row['main_site_id']);
  if (mainSiteId !== undefined) client.mainSiteId = mainSiteId;
  const mainSiteName = read.text(row['main_site_name']);
  if (typeof mainSiteName === 'string' && mainSiteName !== '') client.mainSiteName = mainSiteName;
  const domain = [row['domain'], row['website']].map(read.text).find((text) => typeof text === 'string' && text !== '');
  if (typeof domain === 'string') client.domain = domain;
  const native = read.reference(row['ingram_micro_details_id']);
  if (native !== undefined) client.nativeIngram = native !== null;
  return client;
}

/**
 * A new client in Halo's form. Creating a client also creates its first site and contact, which the `newclient_` fields fill; Halo is
 * told not to send that contact a welcome e-mail. Throws a RangeError for a top level that is not Halo's.
 */
export function newClientToWire(client: NewClient): WireNewClient {
  const wire: WireNewClient = {
    name: escapeMarkup(nameForm(client.name, NAME_LENGTH)),
    ref: client.ref,
    newclient_sitename: escapeMarkup(nameForm(client.siteName, NAME_LENGTH)),
    newclient_sendwelcomeemail: false,
  };
  if (client.topLevelId !== undefined) wire.toplevel_id = wireId(client.topLevelId);
  if (client.address !== undefined) wire.newclient_delivery_address = addressToWire(client.address);
  if (client.countryCode !== undefined) wire.newclient_countrycode = clip(client.countryCode, 10);
  if (client.contactName !== undefined) wire.newclient_contactname = escapeMarkup(nameForm(client.contactName, NAME_LENGTH));
  if (client.contactEmail !== undefined) wire.newclient_contactemail = textForm(client.contactEmail, 320);
  if (client.phone !== undefined) wire.newclient_phonenumber = clip(client.phone, 50);
  return wire;
}
