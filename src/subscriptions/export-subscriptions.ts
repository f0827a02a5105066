import type { DataSource } from 'typeorm';
import { type Choice, choose } from './chosen-lines.js';
import { csvRow } from './csv.js';
import type { LinesFilter, SubscriptionLineView } from './dto.js';
import { following, type LineRow, viewOfLine } from './lines.js';

const ROWS_AT_ONCE = 2000;
/** Makes spreadsheets read the file as UTF-8. */
const BYTE_ORDER_MARK = '\uFEFF';

const FIELDS: readonly [header: string, value: (line: SubscriptionLineView, tenants: Map<string, string>) => string | number | null][] = [
  ['Tenant', ({ tenantId }, tenants) => tenants.get(tenantId) ?? null],
  ['Customer', ({ customerName }) => customerName],
  ['Customer id', ({ customerId }) => customerId],
  ['Client', ({ clientName }) => clientName],
  ['Client id', ({ clientId }) => clientId],
  ['Subscription id', ({ subscriptionId }) => subscriptionId],
  ['Product', ({ product }) => product.name],
  ['Manufacturer', ({ product }) => product.manufacturer],
  ['MPN', ({ product }) => product.mpn],
  ['Quantity', ({ quantity }) => quantity],
  ['Term', ({ term }) => term],
  ['Billing period', ({ billingPeriod }) => billingPeriod],
  ['Start', ({ startDate }) => startDate],
  ['Renewal', ({ renewalDate }) => renewalDate],
  ['Expiration', ({ expirationDate }) => expirationDate],
  ['Auto-renew', ({ autoRenew }) => (autoRenew === null ? null : autoRenew ? 'yes' : 'no')],
  ['Status', ({ status }) => status],
  ['State', ({ state }) => state],
  ['Halo subscription id', ({ licenceId }) => licenceId],
  ['Unit cost', ({ unitCost }) => unitCost?.amount ?? null],
  ['Cost currency', ({ unitCost }) => unitCost?.currency ?? null],
  ['Unit price', ({ unitPrice }) => unitPrice?.amount ?? null],
  ['Price currency', ({ unitPrice }) => unitPrice?.currency ?? null],
  ['Read at', ({ readAt }) => readAt],
];

/**
 * All lines that are wanted, as the parts of a CSV file, each line once whatever is imported meanwhile. They are read as they are
 * sent, so that neither memory nor a database connection is held for a slow reader.
 * @param tenants Their names by their ids.
 */
export async function* exportSubscriptions(
  dataSource: DataSource,
  tenants: Map<string, string>,
  filter: LinesFilter,
): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvRow(FIELDS.map(([header]) => header));
  const choice = await choose(dataSource, [...tenants.keys()], filter);
  let last: LineRow | undefined;
  do {
    const rows = await part(dataSource, choice, last);
    yield rows.map((row) => csvRow(FIELDS.map(([, value]) => value(viewOfLine(row), tenants)))).join('');
    last = rows.length < ROWS_AT_ONCE ? undefined : rows.at(-1);
  } while (last !== undefined);
}

function part(dataSource: DataSource, choice: Choice, last: LineRow | undefined): Promise<LineRow[]> {
  const parameters: unknown[] = [];
  const add = (value: unknown): string => `$${parameters.push(value)}`;
  return dataSource.query<LineRow[]>(following(choice, last, add, ROWS_AT_ONCE), parameters);
}
