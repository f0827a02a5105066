import type { DataSource } from 'typeorm';
import { Import, type Tenant } from '../../entities/index.js';
import { outlooks } from '../integrator/outlook.js';
import { countCustomers } from '../mappings/count-customers.js';
import type { Services } from '../services.js';
import { type ShownTenant, viewOfTenant } from './tenant-view.js';

/** Tenants as people see them: with their latest import, and what their schedule did last and will do next. */
export async function showTenants({ dataSource, clock }: Services, tenants: readonly Tenant[]): Promise<ShownTenant[]> {
  const imports = await lastImports(dataSource, tenants);
  const ahead = await outlooks(dataSource.manager, tenants, clock.now());
  const customers = await countCustomers(
    dataSource.manager,
    tenants.map(({ id }) => id),
  );
  return tenants.map((tenant) => viewOfTenant(tenant, imports.get(tenant.id), ahead.get(tenant.id), customers.get(tenant.id)));
}

export async function showTenant(services: Services, tenant: Tenant): Promise<ShownTenant> {
  const [shown] = await showTenants(services, [tenant]);
  return shown!;
}

/** The latest import that was no preview, of each of these tenants. */
async function lastImports({ manager }: DataSource, tenants: readonly Tenant[]): Promise<Map<string, Import>> {
  if (tenants.length === 0) return new Map();
  const found = await manager
    .createQueryBuilder(Import, 'import')
    .distinctOn(['import.tenantId'])
    .where('import.tenantId IN (:...ids) AND NOT import.preview', { ids: tenants.map((tenant) => tenant.id) })
    .orderBy({ 'import.tenantId': 'ASC', 'import.createdAt': 'DESC', 'import.id': 'DESC' })
    .getMany();
  return new Map(found.map((row) => [row.tenantId, row]));
}
