import type { EntityManager } from 'typeorm';
import type { MappingState } from '../../entities/index.js';

/** How many of a tenant's customers are in which state of mapping. */
export type CustomerCounts = Record<MappingState | 'unmapped', number>;

export function noCustomers(): CustomerCounts {
  return { mapped: 0, suggested: 0, ambiguous: 0, broken: 0, ignored: 0, unmapped: 0 };
}

/** Of each of these tenants; one that is gone is counted while it has a mapping, as lists show it. */
export async function countCustomers(manager: EntityManager, tenantIds: readonly string[]): Promise<Map<string, CustomerCounts>> {
  const rows = await manager.query<{ tenantId: string; state: keyof CustomerCounts; customers: number }[]>(
    `SELECT tenant_id AS "tenantId", mapping AS state, count(*)::int AS customers FROM listed_customers WHERE tenant_id = ANY($1) GROUP BY 1, 2`,
    [tenantIds],
  );
  const counts = new Map(tenantIds.map((id) => [id, noCustomers()]));
  for (const { tenantId, state, customers } of rows) counts.get(tenantId)![state] = customers;
  return counts;
}
