import { isDeepStrictEqual } from 'node:util';
import { IsNull, Not, type EntityManager } from 'typeorm';
import { Mapping, type MappingOrigin, type MappingState, type MappingStep, type Tenant } from '../../entities/index.js';
import { type Actor, actorOf } from '../auth/audit/actor.js';
import { record, recordChange } from '../auth/audit/record.js';
import type { Caller } from '../auth/caller.js';
import { Conflict, Invalid, NotFound, Unprocessable } from '../http/problem.js';
import { askPsa } from '../psa-instances/psa-connection.js';
import type { Services } from '../services.js';
import { psaInstanceOf, visibleTenant } from '../tenants/tenant-access.js';
import { factsOfMapping, namedMapping, saidOfLicences } from './audited-mapping.js';
import { requireCustomer } from './customers.js';
import type { ChangeMapping, LinkedLicences, SetMapping } from './dto.js';
import { leftBehindAt, linkAgain, settleLinkedLicences } from './linked-licences.js';
import { stepFacts } from './take-back.js';

const CHOICES = ['clientId', 'ignored', 'createClient'] as const;
type Choice = Pick<ChangeMapping, (typeof CHOICES)[number]>;

/** What a mapping is to be. */
interface Target {
  state: MappingState;
  clientId: string | null;
  clientName: string | null;
  origin: MappingOrigin;
}

/** A change that somebody asks for. */
interface Asked {
  tenant: Tenant;
  actor: Actor;
  wanted: { licences?: LinkedLicences; note?: string | null };
}

/** Mappings as people make, change and remove them. */
export class MappingsService {
  constructor(private readonly services: Services) {}

  /** Says what a customer is, in place of whatever was said before. Repeating it changes nothing. */
  async set(caller: Caller, tenantId: string, wanted: SetMapping): Promise<{ mapping: Mapping; made: boolean }> {
    const tenant = await visibleTenant(this.services.dataSource.manager, caller, tenantId);
    if (choicesOf(wanted).length !== 1)
      throw new Invalid([{ pointer: '', message: 'Give exactly one of clientId, ignored and createClient.' }]);
    await requireCustomer(this.services, tenant, wanted.customerId);
    const target = (await this.suggested(tenantId, wanted)) ?? (await this.target(tenant, wanted));
    return this.services.dataSource.transaction(async (manager) => {
      await holdCustomer(manager, caller, tenantId, wanted.customerId);
      const before = await manager.findOneBy(Mapping, { tenantId, customerId: wanted.customerId, archivedAt: IsNull() });
      const { customerId } = wanted;
      const fresh = manager.create(Mapping, { tenantId, customerId, candidates: [], note: null, lastStep: null, archivedAt: null });
      const asked = { tenant, actor: actorOf(caller), wanted };
      const mapping = await this.change(manager, before ?? fresh, target, asked);
      return { mapping, made: before === null };
    });
  }

  async update(caller: Caller, id: string, wanted: ChangeMapping): Promise<Mapping> {
    const { tenant, mapping } = await this.visible(caller, id);
    const choices = choicesOf(wanted);
    if (choices.length > 1) throw new Invalid([{ pointer: '', message: 'Give at most one of clientId, ignored and createClient.' }]);
    if (choices.length === 0 && wanted.note === undefined) {
      throw new Invalid([{ pointer: '', message: 'Give one of clientId, ignored and createClient, or a note.' }]);
    }
    const target = choices.length === 0 ? undefined : await this.target(tenant, wanted);
    return this.services.dataSource.transaction(async (manager) => {
      await holdCustomer(manager, caller, tenant.id, mapping.customerId);
      return this.change(manager, await current(manager, id), target, { tenant, actor: actorOf(caller), wanted });
    });
  }

  /** Archives a mapping: the customer is unmapped again. Nothing in HaloPSA is touched. */
  async remove(caller: Caller, id: string, licences: LinkedLicences | undefined): Promise<void> {
    const { tenant, mapping } = await this.visible(caller, id);
    await this.services.dataSource.transaction(async (manager) => {
      await holdCustomer(manager, caller, tenant.id, mapping.customerId);
      const gone = await current(manager, id);
      const leftBehind = await settleLinkedLicences(manager, tenant.id, mapping.customerId, licences);
      const lastStep = { before: stepFacts(gone), after: null, leftBehind };
      await manager.update(Mapping, { id }, { archivedAt: new Date(this.services.clock.now()), lastStep });
      const done = { action: 'remove', ...namedMapping(gone, tenant) } as const;
      await record(manager, actorOf(caller), done, { before: factsOfMapping(gone), after: saidOfLicences(licences) });
    });
  }

  private async visible(caller: Caller, id: string): Promise<{ tenant: Tenant; mapping: Mapping }> {
    const { manager } = this.services.dataSource;
    const mapping = await current(manager, id);
    const tenant = await visibleTenant(manager, caller, mapping.tenantId).catch((error: unknown) => {
      throw error instanceof NotFound ? new NotFound('That mapping') : error;
    });
    return { tenant, mapping };
  }

  /** Accepting what was suggested costs no call: the look that suggested it saw the client, and the next import looks again. */
  private async suggested(tenantId: string, { customerId, clientId }: SetMapping): Promise<Target | undefined> {
    if (clientId === undefined) return undefined;
    const where = { tenantId, customerId, state: 'suggested', clientId, archivedAt: IsNull() } as const;
    const found = await this.services.dataSource.manager.findOneBy(Mapping, where);
    return found?.clientName ? { state: 'mapped', clientId, clientName: found.clientName, origin: 'manual' } : undefined;
  }

  /** @throws Unprocessable naming the field when HaloPSA has no such client. */
  private async target(tenant: Tenant, { clientId, ignored }: Choice): Promise<Target> {
    if (ignored) return { state: 'ignored', clientId: null, clientName: null, origin: 'manual' };
    if (clientId === undefined) return { state: 'mapped', clientId: null, clientName: null, origin: 'created' };
    const instance = await psaInstanceOf(this.services.dataSource.manager, tenant.psaInstanceId);
    const client = await askPsa(this.services, instance, (psa) => psa.client(clientId));
    if (!client) {
      const message = `HaloPSA has no client ${clientId}.`;
      throw new Unprocessable(message, { errors: [{ pointer: '/clientId', message }] });
    }
    return { state: 'mapped', clientId, clientName: client.name, origin: 'manual' };
  }

  private async change(
    manager: EntityManager,
    mapping: Mapping,
    target: Target | undefined,
    { tenant, actor, wanted: { licences, note } }: Asked,
  ): Promise<Mapping> {
    const [isNew, was] = [mapping.id === undefined, factsOfMapping(mapping)];
    const before = isNew ? null : stepFacts(mapping);
    let leftBehind: string[] = [];
    if (target && !isAlready(mapping, target)) {
      if (!meansTheSame(mapping, target)) leftBehind = await settleLinkedLicences(manager, mapping.tenantId, mapping.customerId, licences);
      const lastStep = isNew ? await lastRemoval(manager, mapping) : mapping.lastStep;
      await linkAgain(manager, mapping.tenantId, leftBehindAt(target.clientId, lastStep));
      Object.assign(mapping, target, { candidates: [] });
    }
    if (note !== undefined) mapping.note = note;
    const after = stepFacts(mapping);
    if (!isDeepStrictEqual(before, after)) mapping.lastStep = { before, after, leftBehind };
    const saved = await manager.save(Mapping, mapping);
    const stored = await manager.findOneByOrFail(Mapping, { id: saved.id });
    const [done, is] = [namedMapping(stored, tenant), factsOfMapping(stored)];
    if (isNew) await record(manager, actor, { action: 'create', ...done }, { after: is });
    else
      await recordChange(
        manager,
        actor,
        { action: 'change', ...done },
        was,
        isDeepStrictEqual(was, is) ? is : { ...is, ...saidOfLicences(licences) },
      );
    return stored;
  }
}

function choicesOf(wanted: Choice): string[] {
  return CHOICES.filter((choice) => wanted[choice] !== undefined);
}

/** Whether nothing has to be written. A client that was created because somebody asked for one is what was asked for. */
function isAlready(mapping: Mapping, target: Target): boolean {
  if (mapping.state !== target.state || mapping.origin !== target.origin) return false;
  return target.origin === 'created' || (mapping.clientId === target.clientId && mapping.clientName === target.clientName);
}

/** Whether the customer stays with the same client: a person only confirms what was found by name, say. */
function meansTheSame(mapping: Mapping, target: Target): boolean {
  return mapping.state === target.state && mapping.clientId === target.clientId && target.clientId !== null;
}

/** The step that took a customer's last mapping away. */
async function lastRemoval(manager: EntityManager, { tenantId, customerId }: Mapping): Promise<MappingStep | null> {
  const [gone] = await manager.find(Mapping, {
    where: { tenantId, customerId, archivedAt: Not(IsNull()), lastStep: Not(IsNull()) },
    order: { archivedAt: 'DESC' },
    take: 1,
  });
  return gone?.lastStep ?? null;
}

export async function current(manager: EntityManager, id: string): Promise<Mapping> {
  const mapping = await manager.findOneBy(Mapping, { id, archivedAt: IsNull() });
  if (!mapping) throw new NotFound('That mapping');
  return mapping;
}

/** Keeps the tenant as it is, and others from changing this customer's mapping, until the transaction ends. */
export async function holdCustomer(manager: EntityManager, caller: Caller, tenantId: string, customerId: string): Promise<void> {
  await visibleTenant(manager, caller, tenantId, 'pessimistic_read');
  const held = await manager.query<unknown[]>('SELECT 1 FROM customers WHERE tenant_id = $1 AND customer_id = $2 FOR UPDATE', [
    tenantId,
    customerId,
  ]);
  if (held.length === 0) throw new Conflict(`Customer ${customerId} was removed meanwhile. Repeat the request.`);
}
