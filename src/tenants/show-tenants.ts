import type { DataSource } from 'typeorm';
import { Import, type ImportState, type Tenant } from '../../entities/index.js';
import { outlooks } from '../integrator/outlook.js';
import { countCustomers } from '../mappings/count-customers.js';
import type { Services } from '../services.js';
import { type ShownTenant, viewOfTenant } from './tenant-view.js';

/** Tenants as people see them: with their latest import, and what their schedule did last and will do next. */
export async function showTenants({ dataSource, clock }: Services, tenants: readonly Tenant[]): Promise<ShownTenant[]> {
  const imports = await lastImports(dataSource, tenants);
  const wholes = await lastWholeImports(dataSource, tenants);
  const ahead = await outlooks(dataSource.manager, tenants, clock.now());
  const customers = await countCustomers(
    dataSource.manager,
    tenants.map(({ id }) => id),
  );
  return tenants.map((tenant) => {
    const { id } = tenant;
    return viewOfTenant(tenant, { last: imports.get(id), whole: wholes.get(id) }, ahead.get(id), customers.get(id));
  });
}

export async function showTenant(services: Services, tenant: Tenant): Promise<ShownTenant> {
  const [shown] = await showTenants(services, [tenant]);
  return shown!;
}

/** How an import ends that says what became of it. */
const SETTLED: readonly ImportState[] = ['needs_approval', 'succeeded', 'succeeded_with_skips', 'partly_failed', 'failed'];

/** The latest import that was no preview, of each of these tenants. */
function lastImports(dataSource: DataSource, tenants: readonly Tenant[]): Promise<Map<string, Import>> {
  return latest(dataSource, tenants, 'NOT import.preview');
}

/**
 * The latest import of each of these tenants that was for all its customers and has ended: what one of some customers came to says nothing
 * of the others. One of clients alone says nothing of subscriptions either, as long as somebody wants those imported.
 */
async function lastWholeImports(dataSource: DataSource, tenants: readonly Tenant[]): Promise<Map<string, Import>> {
  const whole = 'NOT import.preview AND import.customerId IS NULL AND import.clientId IS NULL AND import.state IN (:...states)';
  const [clientsAlone, both] = [true, false].map((alone) =>
    tenants.filter(({ integrator }) => alone === (integrator.enabled && !integrator.subscriptions)),
  );
  return new Map([
    ...(await latest(dataSource, clientsAlone!, whole, { states: SETTLED })),
    ...(await latest(dataSource, both!, `${whole} AND 'subscriptions' = ANY(import.entities)`, { states: SETTLED })),
  ]);
}

async function latest(
  { manager }: DataSource,
  tenants: readonly Tenant[],
  where: string,
  parameters: Record<string, unknown> = {},
): Promise<Map<string, Import>> {
  if (tenants.length === 0) return new Map();
  const found = await manager
    .createQueryBuilder(Import, 'import')
    .distinctOn(['import.tenantId'])
    .where(`import.tenantId IN (:...ids) AND ${where}`, { ids: tenants.map((tenant) => tenant.id), ...parameters })
    .orderBy({ 'import.tenantId': 'ASC', 'import.createdAt': 'DESC', 'import.id': 'DESC' })
    .getMany();
  return new Map(found.map((row) => [row.tenantId, row]));
}
