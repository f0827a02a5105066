import { type DataSource, IsNull, Not } from 'typeorm';
import { PsaInstance, Tenant } from '../../entities/index.js';
import { AlertRows } from './alert-rows.js';
import { conditionsOf } from './conditions.js';
import { factsOf } from './facts.js';
import { finish, needsTelling, tell, type TellParts } from './tell.js';
import type { TicketPsa } from './ticket-psa.js';

export interface AlertsDeps {
  dataSource: DataSource;
  /** Opens the client of a PSA instance; called only when there is something to tell. */
  openPsa(psaInstance: PsaInstance, signal: AbortSignal): Promise<TicketPsa>;
  /** The address people reach Isthmus at. */
  publicUrl(): string;
  logger: TellParts['logger'];
}

/** How long telling in one PSA instance may take before it is left to the next time, in milliseconds. */
const PATIENCE_MS = 120_000;
/** Trouble with one record; after any other the PSA is left alone until the next time. */
const OF_ONE_RECORD = ['bad_answer', 'refused', 'not_found'];

/**
 * Keeps one ticket in the PSA for each condition of a tenant that needs a person. Level-triggered: each call compares the
 * conditions as they are now with what was told, and does what is missing, so a call that fails is made good by the next one.
 */
export class AlertsService {
  private readonly rows: AlertRows;

  constructor(private readonly deps: AlertsDeps) {
    this.rows = new AlertRows(deps.dataSource);
  }

  /** Brings the tickets of all tenants in line, where a PSA instance says where tickets go. Never throws; troubles are logged. */
  async reconcileAll(signal: AbortSignal): Promise<void> {
    await this.safely(signal, {}, async () => {
      const named = { alertTicketTypeId: Not(IsNull()), alertClientId: Not(IsNull()), enabled: true, archivedAt: IsNull() };
      for (const psaInstance of await this.deps.dataSource.manager.find(PsaInstance, { where: named, order: { createdAt: 'ASC' } })) {
        if (signal.aborted) return;
        await this.safely(signal, { psaInstanceId: psaInstance.id }, async () => {
          const tenants = await this.tenantsOf(psaInstance.id);
          await this.alone(psaInstance, () => this.reconcile(psaInstance, tenants, signal));
        });
      }
    });
  }

  /** The same for one tenant. When another process is telling in its PSA instance, this is left to the next time. */
  async reconcileTenant(tenantId: string, signal: AbortSignal): Promise<void> {
    await this.safely(signal, { tenantId }, async () => {
      const { manager } = this.deps.dataSource;
      const tenant = await manager.findOneBy(Tenant, { id: tenantId });
      const psaInstance = tenant && (await manager.findOneBy(PsaInstance, { id: tenant.psaInstanceId }));
      if (!psaInstance || !psaInstance.enabled || psaInstance.archivedAt) return;
      if (psaInstance.alertClientId === null || psaInstance.alertTicketTypeId === null) return;
      await this.alone(psaInstance, () => this.reconcile(psaInstance, [tenant], signal));
    });
  }

  /** Tenants in use, and others whose tickets are still to be closed. */
  private tenantsOf(psaInstanceId: string): Promise<Tenant[]> {
    return this.deps.dataSource.manager
      .createQueryBuilder(Tenant, 'tenant')
      .where('tenant.psaInstanceId = :psaInstanceId', { psaInstanceId })
      .andWhere(
        `(tenant.archivedAt IS NULL OR EXISTS (SELECT FROM alerts WHERE alerts.tenant_id = tenant.id AND (alerts.closed_at IS NULL
          OR (alerts.ticket_closed_at IS NULL AND alerts.told_at IS NOT NULL))))`,
      )
      .orderBy('tenant.createdAt')
      .getMany();
  }

  /** Runs while no other process tells in this PSA instance; not at all when one does. */
  private async alone(psaInstance: PsaInstance, work: () => Promise<void>): Promise<void> {
    const runner = this.deps.dataSource.createQueryRunner();
    const lock = [`isthmus alerts ${psaInstance.id}`];
    try {
      await runner.connect();
      const [row] = (await runner.query('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS got', lock)) as { got: boolean }[];
      if (row?.got !== true) return;
      try {
        await work();
      } finally {
        await runner.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', lock);
      }
    } finally {
      await runner.release();
    }
  }

  private async reconcile(psaInstance: PsaInstance, tenants: readonly Tenant[], signal: AbortSignal): Promise<void> {
    const { deps, rows } = this;
    const todo: { tenantId: string; run: (parts: TellParts) => Promise<void> }[] = [];
    for (const tenant of tenants) {
      const now = await rows.now();
      const conditions = conditionsOf(await factsOf(deps.dataSource.manager, tenant, psaInstance, now));
      const open = await rows.bringInLine(tenant, conditions);
      for (const alert of await rows.over(tenant.id)) todo.push({ tenantId: tenant.id, run: (parts) => finish(parts, alert) });
      for (const alert of open) {
        const condition = conditions.find((one) => one.condition === alert.condition);
        if (condition && needsTelling(alert, condition, now))
          todo.push({ tenantId: tenant.id, run: (parts) => tell(parts, alert, condition, now) });
      }
    }
    if (todo.length === 0) return;
    const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
    const psa = await deps.openPsa(psaInstance, patience);
    try {
      const parts = { psa, rows, psaInstance, publicUrl: deps.publicUrl(), logger: deps.logger };
      for (const { tenantId, run } of todo) {
        patience.throwIfAborted();
        const error = await this.safely(signal, { psaInstanceId: psaInstance.id, tenantId }, () => run(parts));
        if (error !== undefined && !isOfOneRecord(error)) return;
      }
    } finally {
      psa.close();
    }
  }

  /** Does something; what it throws is logged and given back. Nothing that fails here may fail anything else. */
  private async safely(signal: AbortSignal, about: object, work: () => Promise<void>): Promise<unknown> {
    try {
      await work();
      return undefined;
    } catch (error) {
      // Who stops the process knows.
      if (!signal.aborted)
        this.deps.logger.warn({ ...about, err: error }, 'People could not be told of what needs them; it is tried again');
      return error;
    }
  }
}

function isOfOneRecord(error: unknown): boolean {
  return error instanceof Error && 'kind' in error && OF_ONE_RECORD.includes(String(error.kind));
}
