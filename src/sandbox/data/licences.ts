import type { SubscriptionRow } from '../marketplace/rows.js';
import type { Matched } from './clients.js';
import { addDays, addMonths } from './days.js';
import type { Random } from './random.js';

/** Shares of a real instance: licences that Halo's own modules made, of the live subscriptions; and others, of the customers. */
const NATIVE_SHARE = 15 / 550;
const UNRELATED_SHARE = 100 / 900;

type LicenceRow = Record<string, unknown>;

export const SUPPLIERS = [
  { id: 1, name: 'Ingram Micro' },
  { id: 2, name: 'TD SYNNEX' },
  { id: 3, name: 'Pax8' },
  { id: 4, name: 'Dell Technologies' },
];

/** The live subscriptions that Halo's own modules had brought over before. */
export interface Native {
  licences: LicenceRow[];
  /** Ids of those subscriptions. */
  subscriptionIds: string[];
}

/**
 * Licences of Halo's own Cloud Blue and Microsoft modules for some live subscriptions of matched clients, in turn of three forms: with
 * the bare subscription id in `snowid`; with the MPN as SKU and nothing in `snowid`; fed by an Azure connection under the product's name.
 */
export function nativeLicences(subscriptions: readonly SubscriptionRow[], live: number, matched: Matched): Native {
  const wanted = Math.round(live * NATIVE_SHARE);
  const fitting = subscriptions.filter((row) => {
    const [line, second] = row.products ?? [];
    return (
      row.status === 'active' && line?.mpn !== undefined && !second && matched.clientOf.has(row.customerId) && !row.name?.endsWith('Trial')
    );
  });
  const step = Math.max(1, Math.floor(fitting.length / Math.max(1, wanted)));
  const chosen = fitting.filter((_, index) => index % step === 0).slice(0, wanted);
  return {
    licences: chosen.map((row, index) => native(row, matched.clientOf.get(row.customerId) ?? 0, index % 3)),
    subscriptionIds: chosen.map((row) => row.id),
  };
}

function native(row: SubscriptionRow, clientId: number, form: number): LicenceRow {
  const [line] = row.products ?? [];
  const common = {
    type: 1,
    name: line?.name,
    count: Math.round(line?.quantity ?? 1),
    client_id: clientId,
    purchase_price: Number(line?.unitCost?.amount ?? 0),
    price: Number(line?.unitPrice?.amount ?? 0),
    start_date: `${row.creationDate}T00:00:00`,
    end_date: `${row.expirationDate ?? '1901-01-01'}T00:00:00`,
    billing_cycle: row.billingPeriod?.type === 'year' ? 'Annual' : 'Monthly',
    status: 'Active',
    is_active: true,
    manufacturer: line?.vendor,
  };
  if (form === 0) return { ...common, snowid: row.id, distributor: 'Ingram Micro', supplier_id: 1, term_duration: 'P1Y' };
  if (form === 1) return { ...common, vendor_product_sku: line?.mpn, product_sku: line?.mpn, distributor: 'Ingram Micro', supplier_id: 1 };
  return { ...common, azure_connection_id: 1, tenant_id: row.fulfillmentParameters?.[0]?.value ?? '', term_duration: 'P1Y' };
}

const UNRELATED: [name: string, manufacturer: string, sku: string, price: number][] = [
  ['Adobe Creative Cloud All Apps', 'Adobe', 'ADB-CCT-ALL', 84.99],
  ['Adobe Acrobat Pro', 'Adobe', 'ADB-ACR-PRO', 19.99],
  ['Sophos Intercept X Advanced', 'Sophos', 'SPH-CIXA', 4.2],
  ['ESET PROTECT Advanced', 'ESET', 'EST-EPA', 3.1],
  ['Datto SaaS Protection', 'Datto', 'DAT-SAAS-1Y', 2.75],
  ['Fortinet FortiCare 60F', 'Fortinet', 'FC-10-0060F', 395],
  ['QuickBooks Desktop Enterprise', 'Intuit', 'QBD-ENT', 1740],
  ['AutoCAD LT', 'Autodesk', 'ACD-LT', 460],
  ['Keeper Business', 'Keeper', 'KPR-BUS', 3.75],
  ['SSL certificate, wildcard', 'Sectigo', 'SSL-WC-1', 249],
  ['Windows Server 2019 Standard (perpetual)', 'Microsoft', 'P73-07788', 1069],
];

/** Licences that have nothing to do with the marketplace, a quarter of them over. */
export function unrelatedLicences(customers: number, matched: Matched, today: string, random: Random): LicenceRow[] {
  const clients = matched.clients.filter((client) => client.id !== 1);
  if (clients.length === 0) return [];
  return Array.from({ length: Math.round(customers * UNRELATED_SHARE) }, (_, index) => {
    const [name, manufacturer, sku, price] = random.pick(UNRELATED);
    const over = random.chance(0.25);
    const start = addDays(today, -random.int(20, 900));
    return {
      type: sku.startsWith('P73') ? 0 : 1,
      name,
      count: random.int(1, 60),
      client_id: random.pick(clients).id,
      purchase_price: Math.round(price * 80) / 100,
      price,
      start_date: `${start}T00:00:00`,
      end_date: over
        ? `${addDays(today, -random.int(1, 19))}T00:00:00`
        : random.pick(['1901-01-01T00:00:00', `${addMonths(today, random.int(1, 24))}T00:00:00`]),
      billing_cycle: random.pick(['Monthly', 'Annual', 'Yearly', '']),
      term_duration: random.pick(['Monthly', 'P1Y', '']),
      status: over ? 'Cancelled' : random.pick(['Active', 'Active', 'Active', 'PendingCancel']),
      is_active: !over,
      manufacturer,
      distributor: random.pick(['', 'TD SYNNEX', 'Pax8']),
      product_sku: sku,
      snowid: index % 8 === 0 ? `SNOW-${random.int(1000, 9999)}` : '',
    };
  });
}
