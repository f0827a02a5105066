import type { Licence, LicenceFields } from '../domain/index.js';
import * as read from './read.js';
import { escapeMarkup, nameForm, textForm } from './text.js';
import type { WireLicence, WireRecord } from './wire.js';
import { wireAmount, wireDay, wireId, wireReference } from './write.js';

/** Lengths of the licence's text columns, in UTF-16 code units. Source: a published dump of a real Halo database, 2026-01. */
const LENGTHS = {
  name: 500,
  manufacturer: 500,
  snowid: 500,
  distributor: 100,
  tenant_id: 100,
  tenant_name: 100,
  billing_cycle: 100,
  term_duration: 100,
  status: 100,
  vendor_product_sku: 1000,
  product_sku: 1000,
} as const;

type TextField = keyof typeof LENGTHS;
/** Text that people write: it goes through `text.ts` as a name does, also where Halo calls it otherwise. */
const NAMES = new Set<TextField>(['name', 'manufacturer', 'distributor', 'tenant_name']);

/** Licence fields in Halo's form, with `licenceId` for an update. Throws a RangeError for an id that is not Halo's. */
export function licenceToWire(fields: LicenceFields, licenceId?: string): WireLicence {
  const text = (field: TextField): string | undefined => {
    const value = fields[field];
    if (value === undefined) return undefined;
    return NAMES.has(field) ? escapeMarkup(nameForm(value ?? '', LENGTHS[field])) : textForm(value ?? '', LENGTHS[field]);
  };
  return withoutUndefined({
    id: licenceId === undefined ? undefined : wireId(licenceId),
    type: fields.type,
    name: text('name'),
    count: fields.count,
    client_id: wireReference(fields.client_id, 0),
    site_id: wireReference(fields.site_id, -1),
    purchase_price: wireAmount(fields.purchase_price),
    price: wireAmount(fields.price),
    start_date: wireDay(fields.start_date),
    end_date: wireDay(fields.end_date),
    term_duration: text('term_duration'),
    billing_cycle: text('billing_cycle'),
    status: text('status'),
    is_active: fields.is_active,
    autorenew: fields.autorenew,
    vendor_product_sku: text('vendor_product_sku'),
    product_sku: text('product_sku'),
    manufacturer: text('manufacturer'),
    distributor: text('distributor'),
    supplier_id: wireReference(fields.supplier_id, 0),
    tenant_id: text('tenant_id'),
    tenant_name: text('tenant_name'),
    snowid: text('snowid'),
  });
}

/** The fields that a licence record of Halo shows; what it does not carry, or cannot be understood, is left out. */
export function licenceFields(row: WireRecord): LicenceFields {
  return withoutUndefined({
    type: read.integer(row['type']),
    name: read.name(row['name']),
    count: read.integer(row['count']),
    client_id: read.reference(row['client_id']),
    site_id: read.reference(row['site_id']),
    purchase_price: read.amount(row['purchase_price']),
    price: read.amount(row['price']),
    start_date: read.day(row['start_date']),
    end_date: read.day(row['end_date']),
    term_duration: read.text(row['term_duration']),
    billing_cycle: read.text(row['billing_cycle']),
    status: read.text(row['status']),
    is_active: read.flag(row['is_active']),
    autorenew: read.flag(row['autorenew']),
    vendor_product_sku: read.text(row['vendor_product_sku']),
    product_sku: read.text(row['product_sku']),
    manufacturer: read.name(row['manufacturer']),
    distributor: read.name(row['distributor']),
    supplier_id: read.reference(row['supplier_id']),
    tenant_id: read.text(row['tenant_id']),
    tenant_name: read.name(row['tenant_name']),
    snowid: read.text(row['snowid']),
  });
}

/** A licence record of Halo, or why it cannot be used. A licence of no client is one of client "0", which exists nowhere. */
export function licenceFromWire(row: WireRecord): Licence | { reason: string } {
  const licenceId = read.id(row['id']);
  if (licenceId === undefined) return { reason: 'The licence has no id.' };
  const fields = licenceFields(row);
  if (fields.client_id === undefined) return { reason: 'The licence does not say which client it belongs to.' };
  return {
    ...fields,
    licenceId,
    clientId: fields.client_id ?? '0',
    deleted: read.flag(row['deleted']) ?? false,
    azureConnected: read.id(row['azure_connection_id']) !== undefined,
  };
}

/** The record without the keys whose value is undefined: left out of a write, and equal when compared. */
export function withoutUndefined<T extends object>(record: T): T {
  // Made anew: engines keep records from which keys were taken off in a slower and larger form.
  const rest = {} as T;
  for (const key in record) if (record[key] !== undefined) rest[key] = record[key];
  return rest;
}
