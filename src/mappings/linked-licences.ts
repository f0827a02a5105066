import type { EntityManager } from 'typeorm';
import { Conflict } from '../http/problem.js';
import type { LinkedLicences } from './dto.js';

const LINKS_OF_CUSTOMER = `tenant_id = $1 AND archived_at IS NULL AND licence_id IS NOT NULL
  AND subscription_id IN (SELECT subscription_id FROM subscriptions WHERE tenant_id = $1 AND customer_id = $2)`;

/**
 * Deals with the linked licences of a customer whose mapping is about to change. They are never moved between clients: they stay
 * linked where they are, or are left behind and made again at the next import.
 * @returns the links whose licences are left behind.
 * @throws Conflict when there are some and nobody said which.
 */
export async function settleLinkedLicences(
  manager: EntityManager,
  tenantId: string,
  customerId: string,
  wanted: LinkedLicences | undefined,
): Promise<string[]> {
  const [row] = await manager.query<{ linked: number }[]>(`SELECT count(*)::int AS linked FROM links WHERE ${LINKS_OF_CUSTOMER}`, [
    tenantId,
    customerId,
  ]);
  const linked = row?.linked ?? 0;
  if (linked === 0) return [];
  if (wanted === undefined) {
    const count = linked === 1 ? '1 linked licence' : `${linked} linked licences`;
    throw new Conflict(
      `Customer ${customerId} has ${count}, and licences are never moved between clients. Say licences: "leave" to keep them linked where they are, or "recreate" to leave them behind and make new ones.`,
      { linkedLicences: linked },
    );
  }
  if (wanted !== 'recreate') return [];
  const [left] = (await manager.query(
    `UPDATE links SET archived_at = now(), archived_why = 'recreate' WHERE ${LINKS_OF_CUSTOMER} RETURNING id`,
    [tenantId, customerId],
  )) as [{ id: string }[], number];
  return left.map(({ id }) => id);
}

/**
 * Links licences again that were left behind, where neither their line nor they are linked otherwise by now. Left as they are, they would get
 * twins beside them at the client that the customer comes back to.
 */
export async function linkAgain(manager: EntityManager, tenantId: string, linkIds: readonly string[]): Promise<void> {
  if (linkIds.length === 0) return;
  await manager.query(
    `UPDATE links SET archived_at = NULL, archived_why = NULL WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND archived_why = 'recreate'
       AND NOT EXISTS (SELECT FROM links AS other WHERE other.archived_at IS NULL AND (
         (other.tenant_id = links.tenant_id AND other.subscription_id = links.subscription_id AND other.line = links.line)
         OR (other.psa_instance_id = links.psa_instance_id AND other.licence_id = links.licence_id)))`,
    [tenantId, linkIds],
  );
}
