import { ArrayContains, type EntityManager, In, type FindOptionsWhere, IsNull } from 'typeorm';
import { Import, type ImportState, IntegratorSlot, type PsaInstance, Tenant } from '../../entities/index.js';
import { vendorOfPause } from '../imports/store/refusals.js';
import { dueSlot } from '../integrator/due-slot.js';
import { untaken } from '../integrator/look-at-schedules.js';
import type { SettledImport, TenantFacts, WaitingCustomer } from './conditions.js';

const SETTLED: ImportState[] = ['needs_approval', 'succeeded', 'succeeded_with_skips', 'partly_failed', 'failed'];

/** Reads what a tenant's conditions are decided from. `now` is the database's time. */
export async function factsOf(manager: EntityManager, tenant: Tenant, psaInstance: PsaInstance, now: Date): Promise<TenantFacts> {
  const all = { customerId: IsNull(), clientId: IsNull() };
  const latest = async (states: ImportState[], more: FindOptionsWhere<Import> = {}): Promise<SettledImport | null> => {
    const where = { tenantId: tenant.id, preview: false, state: In(states), ...more };
    const [row] = await manager.find(Import, { where, order: { createdAt: 'DESC', id: 'DESC' }, take: 1 });
    return row ? settledImport(row) : null;
  };
  const slot = await manager.findOne(IntegratorSlot, { where: { tenantId: tenant.id }, order: { slot: 'DESC' } });
  const lastWhole = await latest(SETTLED, all);
  const wanted = !tenant.integrator.enabled || tenant.integrator.subscriptions;
  const secretSetAt = psaInstance.secretsSetAt['clientSecret'];
  return {
    name: tenant.name,
    inUse: tenant.enabled && tenant.archivedAt === null,
    now,
    integratorEnabled: tenant.integrator.enabled,
    paused: tenant.pausedAt !== null,
    pausedWhy: tenant.pausedWhy,
    pausedFor: vendorOfPause(tenant.pausedWhy),
    refusals: tenant.refusals,
    verifiedAt: tenant.verifiedAt,
    psaSecretSetAt: secretSetAt === undefined ? null : new Date(secretSetAt),
    lastWhole,
    lastOfSubscriptions: wanted ? await latest(SETTLED, { ...all, entities: ArrayContains(['subscriptions']) }) : null,
    last: await latest(SETTLED),
    waitingForApproval: await latest(['needs_approval']),
    lastSlot: slot && { dueAt: slot.dueAt, state: slot.state, note: slot.note },
    untakenSince: await untakenSince(manager, tenant, now),
    waitingCustomers: await waitingCustomers(manager, tenant, lastWhole),
  };
}

async function untakenSince(manager: EntityManager, tenant: Tenant, now: Date): Promise<Date | null> {
  const due = dueSlot(tenant, now.getTime());
  const open = due ? await untaken(manager, [{ tenantId: tenant.id, slot: due.date }]) : [];
  return due && open.length > 0 ? new Date(due.dueAt) : null;
}

function settledImport(row: Import): SettledImport {
  return {
    id: row.id,
    state: row.state,
    whole: row.customerId === null && row.clientId === null,
    entities: row.entities,
    error: row.error,
    failed: row.counts.failed,
    held: row.counts.held,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
  };
}

/**
 * Customers that are still there and need a person: those whose mapping is undecided, and those that the last import left
 * without a client where no import will ever create one.
 */
async function waitingCustomers(manager: EntityManager, tenant: Tenant, last: SettledImport | null): Promise<WaitingCustomer[]> {
  const created = tenant.clientImport.createUnmatched && (last?.entities.includes('customers') ?? true);
  return manager.query<WaitingCustomer[]>(
    `SELECT customers.customer_id AS "customerId", customers.name, coalesce(mappings.state, 'unmapped') AS why
     FROM customers
     LEFT JOIN mappings ON mappings.tenant_id = customers.tenant_id AND mappings.customer_id = customers.customer_id AND mappings.archived_at IS NULL
     WHERE customers.tenant_id = $1 AND customers.gone_at IS NULL AND customers.status NOT IN ('cancelled', 'error')
       AND (mappings.state IN ('suggested', 'ambiguous', 'broken')
         OR (mappings.id IS NULL AND NOT $2
           AND EXISTS (SELECT FROM skips WHERE skips.import_id = $3 AND skips.entity = 'customer'
             AND skips.marketplace_id = customers.customer_id AND skips.reason = 'unmapped_customer')
           AND (NOT $4 OR EXISTS (SELECT FROM subscriptions WHERE subscriptions.tenant_id = customers.tenant_id
             AND subscriptions.customer_id = customers.customer_id AND subscriptions.gone_at IS NULL
             AND subscriptions.status NOT IN ('terminated', 'removed')))))
     ORDER BY customers.name, customers.customer_id`,
    [tenant.id, created, last?.id ?? null, tenant.clientImport.onlyWithSubscriptions],
  );
}
