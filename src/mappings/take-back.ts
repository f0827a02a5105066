import { isDeepStrictEqual } from 'node:util';
import { IsNull, type EntityManager } from 'typeorm';
import { Mapping, type MappingFacts, type Tenant } from '../../entities/index.js';
import { actorOf } from '../auth/audit/actor.js';
import { record, recordChange } from '../auth/audit/record.js';
import type { Caller } from '../auth/caller.js';
import { Conflict, HttpProblem, NotFound } from '../http/problem.js';
import type { Services } from '../services.js';
import { visibleTenant } from '../tenants/tenant-access.js';
import { factsOfMapping, namedMapping } from './audited-mapping.js';
import { type RefusedMapping, refusedMapping, type TakeBack } from './several-dto.js';
import { linkAgain, settleLinkedLicences } from './linked-licences.js';

/** What of a mapping a person decides, as a step keeps it. */
export function stepFacts({ state, clientId, clientName, origin, candidates, note }: MappingFacts): MappingFacts {
  return { state, clientId, clientName, origin, candidates, note };
}

/**
 * Takes back what somebody last said of these mappings, each by itself: what it was before is there again. Only where nothing has
 * changed it since, and each step once.
 */
export async function takeBack(
  services: Services,
  caller: Caller,
  tenantId: string,
  wanted: TakeBack,
): Promise<{ done: number; refused: RefusedMapping[] }> {
  const { dataSource } = services;
  const tenant = await visibleTenant(dataSource.manager, caller, tenantId);
  const refused: RefusedMapping[] = [];
  for (const id of wanted.mappingIds) {
    const customerId = (await dataSource.manager.findOneBy(Mapping, { id, tenantId }))?.customerId ?? null;
    try {
      if (customerId === null) throw new NotFound('That mapping');
      await dataSource.transaction((manager) => takeBackOne(manager, caller, tenant, { id, customerId }, wanted));
    } catch (error) {
      if (!(error instanceof HttpProblem) || error.status >= 500) throw error;
      refused.push(refusedMapping(customerId ?? '', error));
    }
  }
  return { done: wanted.mappingIds.length - refused.length, refused };
}

/** Whether the customer stays with the client that it has: only the note, say, is taken back. */
function staysTheSame(before: MappingFacts | null, { state, clientId }: Mapping): boolean {
  return before !== null && before.state === state && before.clientId === clientId;
}

async function takeBackOne(
  manager: EntityManager,
  caller: Caller,
  tenant: Tenant,
  { id, customerId }: { id: string; customerId: string },
  { licences }: TakeBack,
): Promise<void> {
  // Whoever changes this customer's mapping waits here.
  await visibleTenant(manager, caller, tenant.id, 'pessimistic_read');
  await manager.query('SELECT 1 FROM customers WHERE tenant_id = $1 AND customer_id = $2 FOR UPDATE', [tenant.id, customerId]);
  const mapping = await manager.findOneByOrFail(Mapping, { id });
  const step = mapping.lastStep;
  const removed = mapping.archivedAt !== null;
  const standsAsLeft = step !== null && (removed ? step.after === null : isDeepStrictEqual(step.after, stepFacts(mapping)));
  if (!standsAsLeft) throw new Conflict(`The mapping of customer ${customerId} was changed since, so there is nothing to take back.`);
  if (removed && (await manager.existsBy(Mapping, { tenantId: tenant.id, customerId, archivedAt: IsNull() })))
    throw new Conflict(`Customer ${customerId} was mapped anew since, so there is nothing to take back.`);
  if (!removed && !staysTheSame(step.before, mapping)) await settleLinkedLicences(manager, tenant.id, customerId, licences);
  await linkAgain(manager, tenant.id, step.leftBehind ?? []);
  const was = factsOfMapping(mapping);
  if (step.before === null) mapping.archivedAt = new Date();
  else Object.assign(mapping, step.before, { archivedAt: null });
  mapping.lastStep = null;
  const stored = await manager.save(Mapping, mapping);
  const [actor, done] = [actorOf(caller), namedMapping(stored, tenant)];
  if (step.before === null) await record(manager, actor, { action: 'remove', ...done }, { before: was });
  else if (removed) await record(manager, actor, { action: 'create', ...done }, { after: factsOfMapping(stored) });
  else await recordChange(manager, actor, { action: 'change', ...done }, was, factsOfMapping(stored));
}
