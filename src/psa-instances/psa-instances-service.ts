import { randomBytes, randomUUID } from 'node:crypto';
import { In, IsNull, type EntityManager } from 'typeorm';
import { Import, PsaInstance, Tenant } from '../../entities/index.js';
import { type Actor, actorOf } from '../auth/audit/actor.js';
import { record, recordChange } from '../auth/audit/record.js';
import { type Caller, sees } from '../auth/caller.js';
import { SessionStore } from '../auth/session-store.js';
import { countVerification } from '../auth/verification-limit.js';
import { Conflict, Invalid, NotFound } from '../http/problem.js';
import type { PageQuery } from '../http/page.js';
import type { Verification } from '../psa/index.js';
import type { Services } from '../services.js';
import { namedTenant } from '../tenants/audited-tenant.js';
import type { CreatePsaInstance, UpdatePsaInstance } from './dto.js';
import { checkedAddress } from './address.js';
import { namedPsaInstance, settingsOfPsaInstance } from './audited-psa-instance.js';
import { endPauses } from './end-pauses.js';
import { checkPsa, psaPolicy } from './psa-connection.js';

const WHAT = 'That PSA instance';
type SecretColumn = 'clientSecret' | 'iframeSecret' | 'webhookSecret';
const COLUMNS: Record<SecretColumn, string> = {
  clientSecret: 'client_secret',
  iframeSecret: 'iframe_secret',
  webhookSecret: 'webhook_secret',
};

/** PSA instances: what they are set to, their secrets, and whether they work. */
export class PsaInstancesService {
  constructor(private readonly services: Services) {}

  list(caller: Caller, part: PageQuery): Promise<[PsaInstance[], number]> {
    return this.services.dataSource.manager.findAndCount(PsaInstance, {
      where: { archivedAt: IsNull(), ...(caller.psaInstanceId === null ? {} : { id: caller.psaInstanceId }) },
      order: { name: 'ASC', id: 'ASC' },
      skip: part.offset,
      take: part.limit,
    });
  }

  /** @throws NotFound also for one that the caller does not see. */
  async one(caller: Caller, id: string, manager: EntityManager = this.services.dataSource.manager, lock = false): Promise<PsaInstance> {
    if (!sees(caller, id)) throw new NotFound(WHAT);
    const found = await manager.findOne(PsaInstance, {
      where: { id, archivedAt: IsNull() },
      ...(lock ? { lock: { mode: 'pessimistic_write' } } : {}),
    });
    if (!found) throw new NotFound(WHAT);
    return found;
  }

  /** The answer's `webhookSecret` is nowhere else. */
  async create(caller: Caller, wanted: CreatePsaInstance): Promise<{ instance: PsaInstance; webhookSecret: string }> {
    const { manager } = this.services.dataSource;
    const policy = psaPolicy(this.services);
    const instance = manager.create(PsaInstance, {
      id: randomUUID(),
      name: wanted.name,
      enabled: wanted.enabled ?? true,
      baseUrl: checkedAddress(wanted.baseUrl, 'baseUrl', policy),
      authUrl: typeof wanted.authUrl === 'string' ? checkedAddress(wanted.authUrl, 'authUrl', policy) : null,
      haloTenant: wanted.haloTenant ?? null,
      clientId: wanted.clientId,
      iframeSecret: null,
      secretsSetAt: {},
      callsPer5Minutes: wanted.callsPer5Minutes ?? 300,
      recordsPerCall: wanted.recordsPerCall ?? 100,
      alertTicketTypeId: wanted.alerts?.ticketTypeId ?? null,
      alertClientId: wanted.alerts?.clientId ?? null,
      clientKeysKept: null,
      licenceKeysKept: null,
      archivedAt: null,
    });
    const webhookSecret = newSecret();
    await this.setSecret(instance, 'clientSecret', wanted.clientSecret);
    await this.setSecret(instance, 'iframeSecret', wanted.iframeSecret ?? null);
    await this.setSecret(instance, 'webhookSecret', webhookSecret);
    const made = await manager.transaction(async (inside) => {
      await inside.insert(PsaInstance, instance);
      const stored = await inside.findOneByOrFail(PsaInstance, { id: instance.id });
      const done = { action: 'create', ...namedPsaInstance(stored) } as const;
      await record(inside, actorOf(caller), done, { after: settingsOfPsaInstance(stored) });
      return stored;
    });
    return { instance: made, webhookSecret };
  }

  update(caller: Caller, id: string, wanted: UpdatePsaInstance): Promise<PsaInstance> {
    return this.services.dataSource.transaction(async (manager) => {
      const instance = await this.one(caller, id, manager, true);
      const before = { baseUrl: instance.baseUrl, authUrl: instance.authUrl, clientId: instance.clientId };
      const was = settingsOfPsaInstance(instance);
      const policy = psaPolicy(this.services);
      if (wanted.name !== undefined) instance.name = wanted.name;
      if (wanted.enabled !== undefined) instance.enabled = wanted.enabled;
      if (wanted.baseUrl !== undefined) instance.baseUrl = checkedAddress(wanted.baseUrl, 'baseUrl', policy);
      if (wanted.authUrl !== undefined)
        instance.authUrl = wanted.authUrl === null ? null : checkedAddress(wanted.authUrl, 'authUrl', policy);
      if (wanted.haloTenant !== undefined) instance.haloTenant = wanted.haloTenant;
      if (wanted.clientId !== undefined) instance.clientId = wanted.clientId;
      if (wanted.callsPer5Minutes !== undefined) instance.callsPer5Minutes = wanted.callsPer5Minutes;
      if (wanted.recordsPerCall !== undefined) instance.recordsPerCall = wanted.recordsPerCall;
      if (wanted.alerts?.ticketTypeId !== undefined) instance.alertTicketTypeId = wanted.alerts.ticketTypeId;
      if (wanted.alerts?.clientId !== undefined) instance.alertClientId = wanted.alerts.clientId;
      const changed = (['baseUrl', 'authUrl', 'clientId'] as const).filter((field) => instance[field] !== before[field]);
      if (changed.length > 0 && wanted.clientSecret === undefined) {
        throw new Invalid(
          [{ pointer: '/clientSecret', message: `clientSecret is needed again to change ${changed.join(' and ')}` }],
          'A secret is never sent to an address it was not entered for: send clientSecret in the same request.',
        );
      }
      if (wanted.clientSecret !== undefined) await this.setSecret(instance, 'clientSecret', wanted.clientSecret);
      if (wanted.iframeSecret !== undefined) {
        await this.setSecret(instance, 'iframeSecret', wanted.iframeSecret);
        // Whoever the one before let in is out, too: it may be set because somebody copied what it signed.
        await new SessionStore({ manager }).endOfInstance(id);
      }
      const saved = await this.saved(manager, actorOf(caller), instance, was);
      if (wanted.clientSecret !== undefined) await endPauses(manager, actorOf(caller), saved);
      return saved;
    });
  }

  /** Archives it and its tenants; nothing in HaloPSA is touched. @throws Conflict while one of its imports waits or runs. */
  archive(caller: Caller, id: string): Promise<void> {
    return this.services.dataSource.transaction(async (manager) => {
      const instance = await this.one(caller, id, manager, true);
      // Whoever starts an import holds its tenant's row meanwhile.
      const tenants = await manager.find(Tenant, {
        where: { psaInstanceId: id, archivedAt: IsNull() },
        lock: { mode: 'pessimistic_write' },
      });
      const busy = await manager.findOneBy(Import, { psaInstanceId: id, state: In(['queued', 'running']) });
      if (busy) throw new Conflict('An import of this PSA instance waits or runs. Cancel it or wait for its end.', { importId: busy.id });
      const archivedAt = new Date(this.services.clock.now());
      await manager.update(Tenant, { id: In(tenants.map((tenant) => tenant.id)) }, { archivedAt });
      await manager.update(PsaInstance, { id: instance.id }, { archivedAt });
      const actor = actorOf(caller);
      for (const tenant of tenants)
        await record(manager, actor, { action: 'archive', ...namedTenant(tenant) }, { before: { name: tenant.name } });
      await record(manager, actor, { action: 'archive', ...namedPsaInstance(instance) }, { before: { name: instance.name } });
    });
  }

  async verify(caller: Caller, id: string): Promise<Verification> {
    const { dataSource } = this.services;
    const instance = await this.one(caller, id);
    await countVerification(dataSource, caller);
    const found = await checkPsa(this.services, instance);
    if (found.checks.some(({ name, result }) => name === 'credentials' && result === 'ok')) {
      await dataSource.transaction(async (manager) => {
        const now = await this.one(caller, id, manager, true);
        // What was tried is not what another's change made of it meanwhile.
        if (now.updatedAt.getTime() === instance.updatedAt.getTime()) await endPauses(manager, actorOf(caller), now);
      });
    }
    return found;
  }

  /** Makes another webhook secret; the old one stops working. */
  renewWebhookSecret(caller: Caller, id: string): Promise<string> {
    return this.services.dataSource.transaction(async (manager) => {
      const instance = await this.one(caller, id, manager, true);
      const was = settingsOfPsaInstance(instance);
      const secret = newSecret();
      await this.setSecret(instance, 'webhookSecret', secret);
      await this.saved(manager, actorOf(caller), instance, was);
      return secret;
    });
  }

  private async saved(manager: EntityManager, actor: Actor, instance: PsaInstance, was: object): Promise<PsaInstance> {
    const saved = await manager.save(PsaInstance, instance);
    await recordChange(manager, actor, { action: 'change', ...namedPsaInstance(saved) }, was, settingsOfPsaInstance(saved));
    return saved;
  }

  private async setSecret(instance: PsaInstance, name: SecretColumn, plain: string | null): Promise<void> {
    const { [name]: _before, ...others } = instance.secretsSetAt;
    if (plain === null) {
      if (name === 'iframeSecret') instance.iframeSecret = null;
      instance.secretsSetAt = others;
      return;
    }
    instance[name] = await this.services.sealer.seal(plain, { table: 'psa_instances', column: COLUMNS[name], row: instance.id });
    instance.secretsSetAt = { ...others, [name]: new Date(this.services.clock.now()).toISOString() };
  }
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}
