import { type DataSource, In } from 'typeorm';
import { Import, type Tenant } from '../../entities/index.js';
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

/** That an import has ended, or waits for a person, and says what became of it. */
const SETTLED = `state IN ('needs_approval', 'succeeded', 'succeeded_with_skips', 'partly_failed', 'failed')`;

/** The latest import that was no preview, of each of these tenants. */
function lastImports(dataSource: DataSource, tenants: readonly Tenant[]): Promise<Map<string, Import>> {
  return latest(dataSource, tenants, 'NOT preview');
}

/**
 * The latest import of each of these tenants that was for all its customers and has ended: what one of some customers came to says nothing
 * of the others. One of clients alone says nothing of subscriptions either, as long as somebody wants those imported.
 */
async function lastWholeImports(dataSource: DataSource, tenants: readonly Tenant[]): Promise<Map<string, Import>> {
  const whole = `NOT preview AND customer_id IS NULL AND client_id IS NULL AND ${SETTLED}`;
  const [clientsAlone, both] = [true, false].map((alone) =>
    tenants.filter(({ integrator }) => alone === (integrator.enabled && !integrator.subscriptions)),
  );
  return new Map([
    ...(await latest(dataSource, clientsAlone!, whole)),
    ...(await latest(dataSource, both!, `${whole} AND 'subscriptions' = ANY(entities)`)),
  ]);
}

/** Tenants have thousands of imports in time: of each, its index is gone down from the latest to the first one that is meant. */
async function latest({ manager }: DataSource, tenants: readonly Tenant[], where: string): Promise<Map<string, Import>> {
  if (tenants.length === 0) return new Map();
  const rows = await manager.query<{ id: string }[]>(
    `SELECT found.id FROM unnest($1::uuid[]) AS tenant(id), LATERAL (
       SELECT id FROM imports WHERE tenant_id = tenant.id AND ${where} ORDER BY created_at DESC, id DESC LIMIT 1) AS found`,
    [tenants.map(({ id }) => id)],
  );
  const found = await manager.findBy(Import, { id: In(rows.map(({ id }) => id)) });
  return new Map(found.map((row) => [row.tenantId, row]));
}
