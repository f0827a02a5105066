import type { ChangeView } from '../api/generated.js';

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

/** What a change does to each field of the record, in people's words where there are any. */
export function fieldsOf({ before, after }: Pick<ChangeView, 'before' | 'after'>): FieldChange[] {
  const was = (before ?? {}) as Record<string, unknown>;
  const is = after as Record<string, unknown>;
  return Object.keys(is)
    .filter((field) => before === null || shown(was[field]) !== shown(is[field]))
    .map((field) => ({ field: LABELS[field] ?? field, before: shown(was[field]), after: shown(is[field]) }));
}

/** The fields that changed, in a line: "Quantity 5 → 7, Cost 3 → 4". */
export function inOneLine(change: Pick<ChangeView, 'before' | 'after'>): string {
  if (change.before === null) {
    const { count, term_duration: term } = change.after as Record<string, unknown>;
    return [count === undefined ? '' : `Quantity ${shown(count)}`, term === undefined ? '' : `Term ${shown(term)}`]
      .filter(Boolean)
      .join(', ');
  }
  return fieldsOf(change)
    .map(({ field, before, after }) => `${field} ${before} → ${after}`)
    .join(', ');
}

function shown(value: unknown): string {
  if (value === undefined || value === null || value === '') return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT00:00:00/.test(value) ? value.slice(0, 10) : value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value as number);
}
