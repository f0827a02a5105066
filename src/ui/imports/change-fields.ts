import type { ChangeView } from '../api/generated.js';
import { amountText, countText } from '../shown/numbers.js';
import { dayText } from '../shown/times.js';
import { durationText } from '../subscriptions/durations.js';

/** One field of a record, before and after. */
export interface FieldChange {
  field: string;
  before: string;
  after: string;
}

const LABELS: Record<string, string> = {
  name: 'Name',
  count: 'Quantity',
  purchase_price: 'Cost',
  price: 'Price',
  start_date: 'Start',
  end_date: 'End',
  term_duration: 'Term',
  billing_cycle: 'Billing cycle',
  status: 'Status',
  is_active: 'Active',
  autorenew: 'Auto-renew',
  vendor_product_sku: 'MPN',
  product_sku: 'SKU',
  snowid: 'Key',
  ref: 'Key',
  client_id: 'Client',
  site_id: 'Site',
  tenant_id: 'Microsoft tenant',
  tenant_name: 'Microsoft domain',
  manufacturer: 'Manufacturer',
  distributor: 'Distributor',
  supplier_id: 'Supplier',
  toplevel_id: 'Top level',
};

const decimal = (value: unknown): string => (/^-?\d+(\.\d+)?$/.test(String(value)) ? amountText(String(value)) : String(value));

/** Values that the browser's language has a way of writing, by field. */
const TEXTS: Record<string, (value: unknown) => string> = {
  count: (value) => (typeof value === 'number' ? countText(value) : String(value)),
  purchase_price: decimal,
  price: decimal,
  start_date: (value) => dayText(String(value)),
  end_date: (value) => dayText(String(value)),
  term_duration: (value) => durationText(String(value)),
  billing_cycle: (value) => durationText(String(value)),
};

/** What a change does to each field of the record, in people's words where there are any. */
export function fieldsOf({ before, after }: Pick<ChangeView, 'before' | 'after'>): FieldChange[] {
  const was = (before ?? {}) as Record<string, unknown>;
  const is = after as Record<string, unknown>;
  return Object.keys(is)
    .map((field) => ({ field: LABELS[field] ?? field, before: shown(field, was[field]), after: shown(field, is[field]) }))
    .filter((one) => before === null || one.before !== one.after);
}

/** The fields that changed, in a line: "Quantity 5 → 7, Cost 3 → 4". */
export function inOneLine(change: Pick<ChangeView, 'before' | 'after'>): string {
  if (change.before === null) {
    const { count, term_duration: term } = change.after as Record<string, unknown>;
    return [
      count === undefined ? '' : `Quantity ${shown('count', count)}`,
      term === undefined ? '' : `Term ${shown('term_duration', term)}`,
    ]
      .filter(Boolean)
      .join(', ');
  }
  return fieldsOf(change)
    .map(({ field, before, after }) => `${field} ${before} → ${after}`)
    .join(', ');
}

function shown(field: string, value: unknown): string {
  if (value === undefined || value === null || value === '') return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const text = TEXTS[field];
  if (text) return text(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number);
}
