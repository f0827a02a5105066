import type { DataSource } from 'typeorm';
import { likePattern } from '../database/like-pattern.js';
import type { LinesFilter } from './dto.js';

/** Takes a value and gives the parameter it became. */
export type Add = (value: unknown) => string;

/** Which lines are wanted, of which tenants. */
export interface Choice {
  tenantIds: readonly string[];
  filter: LinesFilter;
  /** What its search comes to, if it has one. */
  searched?: Searched;
}

interface Searched {
  /** As it stands in the lines' own texts. Worked out once: the function that does it counts as one whose answer may change from row to row. */
  text: Buffer;
  /** Whether there is a subscription of that id, a client of that name: only then each line is asked for it. */
  subscription: boolean;
  client: boolean;
}

/** Finds out what a search is about, if there is one. */
export async function choose(dataSource: DataSource, tenantIds: readonly string[], filter: LinesFilter): Promise<Choice> {
  const { search } = filter;
  if (search === undefined) return { tenantIds, filter };
  const [searched] = await dataSource.query<Searched[]>(
    `SELECT convert_to(lower($2), 'UTF8') AS text,
       EXISTS (SELECT FROM listed_lines WHERE tenant_id = ANY($1::uuid[]) AND subscription_id = $2) AS subscription,
       EXISTS (SELECT ${clients('tenant_id = ANY($1::uuid[])', '$3')}) AS client`,
    [tenantIds, search, likePattern(search)],
  );
  return { tenantIds, filter, searched: searched! };
}

/** What holds for the narrow rows of the lines that are wanted, and for `subscriptions` where `needsSubscription` says so. */
export function conditions({ tenantIds, filter, searched }: Choice, add: Add): string {
  const { customerId, clientId, subscriptionId, line, status, state, autoRenew, renewsBefore, search } = filter;
  // One alone is in the order of the index.
  const tenants = tenantIds.length === 1 ? `tenant_id = ${add(tenantIds[0])}` : `tenant_id = ANY(${add(tenantIds)}::uuid[])`;
  const all = [`page.${tenants}`];
  if (customerId !== undefined) all.push(`page.customer_id = ${add(customerId)}`);
  if (clientId !== undefined)
    all.push(`(page.tenant_id, page.customer_id) IN (SELECT tenant_id, customer_id ${MAPPED} AND client_id = ${add(clientId)})`);
  if (subscriptionId !== undefined) all.push(`page.subscription_id = ${add(subscriptionId)}`);
  if (line !== undefined) all.push(`page.line = ${add(line)}`);
  if (status !== undefined) all.push(`page.status = ${add(status)}`);
  if (state !== undefined) all.push(`page.state = ${add(state)}`);
  if (autoRenew !== undefined) all.push(`subscriptions."row" ->> 'autoRenew' = ${add(String(autoRenew))}`);
  if (renewsBefore !== undefined) all.push(`subscriptions."row" ->> 'renewalDate' < ${add(renewsBefore)}`);
  if (search !== undefined && searched) {
    const found = [`position(${add(searched.text)}::bytea IN page.search) > 0`];
    if (searched.subscription) found.push(`page.subscription_id = ${add(search)}`);
    if (searched.client)
      found.push(`(page.tenant_id, page.customer_id) IN (SELECT tenant_id, customer_id ${clients(tenants, add(likePattern(search)))})`);
    all.push(`(${found.join(' OR ')})`);
  }
  return all.join(' AND ');
}

export function needsSubscription({ autoRenew, renewsBefore }: LinesFilter): boolean {
  return autoRenew !== undefined || renewsBefore !== undefined;
}

const MAPPED = `FROM mappings WHERE archived_at IS NULL AND state = 'mapped'`;

/** Customers whose client is called so, where that is another name than their own, which their lines hold. */
function clients(tenants: string, pattern: string): string {
  return `FROM listed_customers WHERE ${tenants} AND client IS NOT NULL AND client LIKE lower(${pattern})`;
}
