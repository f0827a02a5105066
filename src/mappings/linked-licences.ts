import type { EntityManager } from 'typeorm';
import { Conflict } from '../http/problem.js';
import type { LinkedLicences } from './dto.js';

const LINKS_OF_CUSTOMER = `tenant_id = $1 AND archived_at IS NULL AND licence_id IS NOT NULL
  AND subscription_id IN (SELECT subscription_id FROM subscriptions WHERE tenant_id = $1 AND customer_id = $2)`;

/**
 * Deals with the linked licences of a customer whose mapping is about to change. They are never moved between clients: they stay
 * linked where they are, or are left behind and made again at the next import.
 * @throws Conflict when there are some and nobody said which.
 */
export async function settleLinkedLicences(
  manager: EntityManager,
  tenantId: string,
  customerId: string,
  wanted: LinkedLicences | undefined,
): Promise<void> {
  const [row] = await manager.query<{ linked: number }[]>(`SELECT count(*)::int AS linked FROM links WHERE ${LINKS_OF_CUSTOMER}`, [
    tenantId,
    customerId,
  ]);
  const linked = row?.linked ?? 0;
  if (linked === 0) return;
  if (wanted === undefined) {
    const count = linked === 1 ? '1 linked licence' : `${linked} linked licences`;
    throw new Conflict(
      `Customer ${customerId} has ${count}, and licences are never moved between clients. Say licences: "leave" to keep them linked where they are, or "recreate" to leave them behind and make new ones.`,
      { linkedLicences: linked },
    );
  }
  if (wanted === 'recreate') {
    await manager.query(`UPDATE links SET archived_at = now(), archived_why = 'recreate' WHERE ${LINKS_OF_CUSTOMER}`, [
      tenantId,
      customerId,
    ]);
  }
}
