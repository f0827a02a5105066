import type { EntityManager } from 'typeorm';
import type { MappingStep } from '../../entities/index.js';
import { violates } from '../database/violation.js';
import { Conflict } from '../http/problem.js';
import type { LinkedLicences } from './dto.js';

const LINKS_OF_CUSTOMER = `tenant_id = $1 AND archived_at IS NULL AND licence_id IS NOT NULL
  AND subscription_id IN (SELECT subscription_id FROM subscriptions WHERE tenant_id = $1 AND customer_id = $2)`;

/** Licences that an import which is not over has sent to be created: they are linked a moment later. */
const ON_THEIR_WAY = `SELECT FROM imports JOIN changes ON changes.import_id = imports.id
  WHERE imports.tenant_id = $1 AND imports.state IN ('queued', 'running')
    AND changes.customer_id = $2 AND changes.entity = 'licence' AND changes.action = 'create' AND changes.state = 'sent' LIMIT 1`;

/**
 * Deals with the linked licences of a customer whose mapping is about to change. They are never moved between clients: they stay
 * linked where they are, or are left behind and made again at the next import.
 * @returns the links whose licences are left behind.
 * @throws Conflict when there are some and nobody said which, or some are only being created and are not to stay as they will be.
 */
export async function settleLinkedLicences(
  manager: EntityManager,
  tenantId: string,
  customerId: string,
  wanted: LinkedLicences | undefined,
): Promise<string[]> {
  if (wanted !== 'leave' && (await manager.query<unknown[]>(ON_THEIR_WAY, [tenantId, customerId])).length > 0) {
    throw new Conflict(
      `An import creates licences for customer ${customerId} at this moment. Repeat the request when it has, or say licences: "leave" to keep them linked where they will be.`,
    );
  }
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
 * @throws Conflict when an import links them at this very moment.
 */
export async function linkAgain(manager: EntityManager, tenantId: string, linkIds: readonly string[]): Promise<void> {
  if (linkIds.length === 0) return;
  try {
    await manager.query(
      `UPDATE links SET archived_at = NULL, archived_why = NULL WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND archived_why = 'recreate'
         AND NOT EXISTS (SELECT FROM links AS other WHERE other.archived_at IS NULL AND (
           (other.tenant_id = links.tenant_id AND other.subscription_id = links.subscription_id AND other.line = links.line)
           OR (other.psa_instance_id = links.psa_instance_id AND other.licence_id = links.licence_id)))`,
      [tenantId, linkIds],
    );
  } catch (error) {
    if (!['links_one_for_each_line', 'links_one_for_each_licence'].some((index) => violates(error, index))) throw error;
    throw new Conflict('Something else linked licences of this customer at the same moment. Repeat the request.');
  }
}

/** The links whose licences a step left behind at a client, to which the customer comes back. */
export function leftBehindAt(clientId: string | null, step: MappingStep | null | undefined): readonly string[] {
  return clientId !== null && step?.before?.clientId === clientId ? (step.leftBehind ?? []) : [];
}
