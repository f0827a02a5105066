import { type DataSource, IsNull, Not } from 'typeorm';
import { Alert } from '../../entities/index.js';
import type { Condition } from './conditions.js';

/** What a ticket said last. */
export interface Told {
  detail: string;
  weight: number;
}

/** How long a ticket whose answer never came may still appear in the PSA: the longest write, and as long again. */
const SETTLE = `interval '2 minutes'`;

/** What `told` holds; null when nothing was told, or nothing that can be read. */
export function toldBefore({ told }: Pick<Alert, 'told'>): Told | null {
  if (told === null) return null;
  try {
    const { detail, weight } = JSON.parse(told) as Partial<Told>;
    return typeof detail === 'string' && typeof weight === 'number' ? { detail, weight } : null;
  } catch {
    return null;
  }
}

/** The alerts of tenants. A row comes before its ticket, and outlives it. */
export class AlertRows {
  constructor(private readonly dataSource: DataSource) {}

  /** The database's time. */
  async now(): Promise<Date> {
    const [row] = await this.dataSource.query<{ now: Date }[]>('SELECT now()');
    return row!.now;
  }

  /** Makes the open rows of a tenant those of its conditions, and gives them. */
  async bringInLine(tenant: { id: string; psaInstanceId: string }, conditions: readonly Condition[]): Promise<Alert[]> {
    const words = conditions.map(({ condition }) => condition);
    await this.dataSource.query(
      `UPDATE alerts SET closed_at = now() WHERE tenant_id = $1 AND closed_at IS NULL AND NOT (condition = ANY($2))`,
      [tenant.id, words],
    );
    for (const condition of conditions) await this.open(tenant, condition);
    return this.dataSource.manager.find(Alert, {
      where: { tenantId: tenant.id, closedAt: IsNull() },
      order: { openedAt: 'ASC', id: 'ASC' },
    });
  }

  /** Opens a row, or brings the open one up to date. */
  async open({ id, psaInstanceId }: { id: string; psaInstanceId: string }, { condition, summary, detail }: Condition): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO alerts (psa_instance_id, tenant_id, condition, summary, detail, opened_at) VALUES ($1, $2, $3, $4, $5, now())
       ON CONFLICT (tenant_id, condition) WHERE closed_at IS NULL DO UPDATE SET summary = excluded.summary, detail = excluded.detail
       WHERE alerts.summary <> excluded.summary OR alerts.detail <> excluded.detail`,
      [psaInstanceId, id, condition, summary, detail],
    );
  }

  /** Rows whose condition is over and whose ticket, if there is one, is not known to be closed. */
  over(tenantId: string): Promise<Alert[]> {
    const where = { tenantId, closedAt: Not(IsNull()), ticketClosedAt: IsNull(), toldAt: Not(IsNull()) };
    return this.dataSource.manager.find(Alert, { where, order: { openedAt: 'ASC', id: 'ASC' } });
  }

  /**
   * Notes that a ticket is about to be made, before it is: who finds the row without a ticket afterwards looks for it first. False
   * when another process did so, or when one that was sent may yet appear.
   */
  async claimTicket(alert: Alert, told: Told): Promise<boolean> {
    return this.changed(
      `UPDATE alerts SET told = $2, told_at = now() WHERE id = $1 AND ticket_id IS NULL AND (told_at IS NULL OR told_at < now() - ${SETTLE}) RETURNING id`,
      [alert.id, JSON.stringify(told)],
    );
  }

  /** The ticket was certainly not made. */
  async unclaim({ id }: Alert): Promise<void> {
    await this.dataSource.query(`UPDATE alerts SET told = NULL, told_at = NULL WHERE id = $1 AND ticket_id IS NULL`, [id]);
  }

  /** As `unclaim`, but only when what was sent can no longer appear. */
  async forget({ id }: Alert): Promise<void> {
    await this.dataSource.query(
      `UPDATE alerts SET told = NULL, told_at = NULL WHERE id = $1 AND ticket_id IS NULL AND told_at < now() - ${SETTLE}`,
      [id],
    );
  }

  async ticketMade({ id }: Alert, ticketId: string): Promise<void> {
    await this.dataSource.query(`UPDATE alerts SET ticket_id = $2 WHERE id = $1`, [id, ticketId]);
  }

  async noteAdded({ id }: Alert, told: Told): Promise<void> {
    await this.dataSource.query(`UPDATE alerts SET told = $2, told_at = now() WHERE id = $1`, [id, JSON.stringify(told)]);
  }

  async ticketClosed({ id }: Alert): Promise<void> {
    await this.dataSource.query(`UPDATE alerts SET ticket_closed_at = now() WHERE id = $1`, [id]);
  }

  /** A person closed the ticket and the condition goes on, with news: ends the row and begins another. Gives the new one. */
  async beginAgain(alert: Alert, condition: Condition): Promise<Alert> {
    const tenant = { id: alert.tenantId, psaInstanceId: alert.psaInstanceId };
    await this.dataSource.query(`UPDATE alerts SET closed_at = now(), ticket_closed_at = now() WHERE id = $1`, [alert.id]);
    await this.open(tenant, condition);
    return this.dataSource.manager.findOneByOrFail(Alert, { tenantId: tenant.id, condition: condition.condition, closedAt: IsNull() });
  }

  private async changed(sql: string, parameters: unknown[]): Promise<boolean> {
    const [rows] = await this.dataSource.query<[unknown[], number]>(sql, parameters);
    return rows.length > 0;
  }
}
