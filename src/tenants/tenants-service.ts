import { randomUUID } from 'node:crypto';
import { In, IsNull } from 'typeorm';
import { Import, Link, Tenant } from '../../entities/index.js';
import { actorOf } from '../auth/audit/actor.js';
import { record, recordChange } from '../auth/audit/record.js';
import { type Caller, requireSight, withinSight } from '../auth/caller.js';
import { countVerification } from '../auth/verification-limit.js';
import { marketplaceSettings } from '../connect.js';
import { Conflict, Invalid } from '../http/problem.js';
import { heldFrom } from '../integrator/due-slot.js';
import { afterCredentialsWorked } from '../integrator/pause.js';
import type { MarketplaceVerification } from '../marketplace/index.js';
import type { Services } from '../services.js';
import type { CreateTenant, MarketplaceAccount, TenantsQuery, UpdateTenant } from './dto.js';
import { changedAccount, requireSecrets, requireWorking, sealedSecrets, settingsOf } from './account.js';
import { namedTenant, settingsOfTenant } from './audited-tenant.js';
import { DEFAULTS, mergedSettings } from './import-settings.js';
import { checkAccount, credentialsWork, usualForm } from './marketplace-connection.js';
import { psaInstanceOf, visibleTenant } from './tenant-access.js';

/** A saved tenant, and what was corrected or is unusual in what was sent. */
export interface Saved {
  tenant: Tenant;
  remarks: string[];
}

/** Tenants: what they are set to, their secrets, and whether their account works. */
export class TenantsService {
  constructor(private readonly services: Services) {}

  list(caller: Caller, query: TenantsQuery): Promise<[Tenant[], number]> {
    if (query.psaInstanceId !== undefined) requireSight(caller, query.psaInstanceId, 'That PSA instance');
    return this.services.dataSource.manager.findAndCount(Tenant, {
      where: {
        archivedAt: IsNull(),
        ...(query.psaInstanceId === undefined ? withinSight(caller) : { psaInstanceId: query.psaInstanceId }),
      },
      order: { name: 'ASC', id: 'ASC' },
      skip: query.offset,
      take: query.limit,
    });
  }

  one(caller: Caller, id: string): Promise<Tenant> {
    return visibleTenant(this.services.dataSource.manager, caller, id);
  }

  /** @throws Unprocessable with the checks when the account does not work and `unverified` is not set. */
  async create(caller: Caller, wanted: CreateTenant, unverified: boolean): Promise<Saved> {
    const { manager } = this.services.dataSource;
    requireSight(caller, wanted.psaInstanceId, 'That PSA instance');
    await psaInstanceOf(manager, wanted.psaInstanceId);
    const settings = mergedSettings(DEFAULTS, wanted);
    const { apiUrl, marketplace, remarks } = usualForm(wanted);
    if (!unverified) {
      await countVerification(this.services.dataSource, caller);
      await requireWorking(this.services, settingsOf(wanted, { apiUrl, marketplace }));
    }
    const id = randomUUID();
    const setAt = this.now().toISOString();
    const tenant = manager.create(Tenant, {
      id,
      psaInstanceId: wanted.psaInstanceId,
      name: wanted.name,
      enabled: wanted.enabled ?? true,
      apiUrl,
      marketplace,
      username: wanted.username,
      ...(await sealedSecrets(this.services, id, wanted)),
      applicationId: wanted.applicationId ?? null,
      accountId: wanted.accountId ?? null,
      country: wanted.country ?? null,
      currency: wanted.currency ?? null,
      ...settings,
      integrator: heldFrom(null, settings.integrator, this.now()),
      status: unverified ? 'untested' : 'ok',
      verifiedAt: unverified ? null : this.now(),
      secretsSetAt: { password: setAt, subscriptionKey: setAt },
      ordersReadUntil: null,
      archivedAt: null,
    });
    await this.services.dataSource.transaction(async (inside) => {
      // Verifying took its time: the PSA instance may have been archived meanwhile.
      await psaInstanceOf(inside, wanted.psaInstanceId, true);
      await inside.insert(Tenant, tenant);
      await record(inside, actorOf(caller), { action: 'create', ...namedTenant(tenant) }, { after: settingsOfTenant(tenant) });
    });
    return { tenant: await manager.findOneByOrFail(Tenant, { id }), remarks: [...remarks, ...(await this.sharedAccount(tenant))] };
  }

  /** @throws Unprocessable with the checks when the changed account does not work and `unverified` is not set. */
  async update(caller: Caller, id: string, wanted: UpdateTenant, unverified: boolean): Promise<Saved> {
    const before = await this.one(caller, id);
    if (wanted.psaInstanceId !== undefined && wanted.psaInstanceId !== before.psaInstanceId) {
      throw new Invalid([
        { pointer: '/psaInstanceId', message: 'psaInstanceId never changes: add a tenant to the other PSA instance instead' },
      ]);
    }
    const form = usualForm({ apiUrl: wanted.apiUrl ?? before.apiUrl, marketplace: wanted.marketplace ?? before.marketplace });
    requireSecrets(before, wanted, form.apiUrl);
    if (form.marketplace !== before.marketplace) await this.requireNoLinks(before);
    mergedSettings(before, wanted);
    const changed = await changedAccount(this.services, before, wanted, form);
    if (changed && !unverified) {
      await countVerification(this.services.dataSource, caller);
      await requireWorking(this.services, changed);
    }
    const secrets = await sealedSecrets(this.services, id, wanted);
    await this.services.dataSource.transaction(async (manager) => {
      const tenant = await visibleTenant(manager, caller, id, 'pessimistic_write');
      if (tenant.updatedAt.getTime() !== before.updatedAt.getTime()) {
        throw new Conflict('Someone else changed this tenant in the meantime. Look at it again, then repeat your change.');
      }
      if (form.marketplace !== tenant.marketplace) await this.requireNoLinks(tenant);
      const was = settingsOfTenant(tenant);
      for (const name of ['name', 'enabled', 'username', 'applicationId', 'accountId', 'country', 'currency'] as const) {
        if (wanted[name] !== undefined) Object.assign(tenant, { [name]: wanted[name] });
      }
      const setAt = Object.fromEntries(Object.keys(secrets).map((name) => [name, this.now().toISOString()]));
      const settings = mergedSettings(tenant, wanted);
      const integrator = heldFrom(tenant.integrator, settings.integrator, this.now());
      Object.assign(tenant, settings, { integrator }, secrets, { apiUrl: form.apiUrl, marketplace: form.marketplace });
      tenant.secretsSetAt = { ...tenant.secretsSetAt, ...setAt };
      if (changed) Object.assign(tenant, unverified ? { status: 'untested', verifiedAt: null } : this.seenToWork(tenant));
      await manager.save(Tenant, tenant);
      const done = { action: 'change', ...namedTenant(tenant) } as const;
      await recordChange(manager, actorOf(caller), done, was, settingsOfTenant(tenant));
    });
    return { tenant: await this.one(caller, id), remarks: wanted.marketplace === undefined ? [] : form.remarks };
  }

  /** Archives a tenant; nothing in HaloPSA is touched. @throws Conflict while one of its imports waits or runs. */
  archive(caller: Caller, id: string): Promise<void> {
    return this.services.dataSource.transaction(async (manager) => {
      const tenant = await visibleTenant(manager, caller, id, 'pessimistic_write');
      const busy = await manager.findOneBy(Import, { tenantId: id, state: In(['queued', 'running']) });
      if (busy) throw new Conflict('An import of this tenant waits or runs. Cancel it or wait for its end.', { importId: busy.id });
      await manager.update(Tenant, { id }, { archivedAt: this.now() });
      await record(manager, actorOf(caller), { action: 'archive', ...namedTenant(tenant) }, { before: { name: tenant.name } });
    });
  }

  /** Tries an account that is not saved. */
  async verifyAccount(caller: Caller, account: MarketplaceAccount): Promise<MarketplaceVerification & { remarks: string[] }> {
    const { apiUrl, marketplace, remarks } = usualForm(account);
    await countVerification(this.services.dataSource, caller);
    return { ...(await checkAccount(this.services, settingsOf(account, { apiUrl, marketplace }))), remarks };
  }

  /** Tries a saved account and keeps what came out. One that could not be decided leaves the status as it is. */
  async verify(caller: Caller, id: string): Promise<MarketplaceVerification & { remarks: string[] }> {
    const tenant = await this.one(caller, id);
    await countVerification(this.services.dataSource, caller);
    const found = await checkAccount(this.services, await marketplaceSettings(this.services.sealer, tenant));
    const outcome = credentialsWork(found) ? 'ok' : found.result === 'failed' ? 'failing' : undefined;
    if (outcome) {
      await this.services.dataSource.transaction(async (manager) => {
        const now = await visibleTenant(manager, caller, id, 'pessimistic_write');
        // What was tried is not what another's change made of it meanwhile.
        if (now.updatedAt.getTime() !== tenant.updatedAt.getTime()) return;
        const after: Partial<Tenant> = outcome === 'ok' ? this.seenToWork(now) : { status: outcome };
        await manager.update(Tenant, { id }, after);
        // That it was tried is no change; that a pause ended is.
        if (!('pausedAt' in after) || now.pausedAt === null) return;
        const facts = { before: { pausedAt: now.pausedAt, pausedWhy: now.pausedWhy } };
        await record(manager, actorOf(caller), { action: 'resume', ...namedTenant(now) }, facts);
      });
    }
    return { ...found, remarks: [] };
  }

  private seenToWork(tenant: Tenant): Partial<Tenant> {
    return { status: 'ok', verifiedAt: this.now(), ...afterCredentialsWorked(tenant) };
  }

  private now(): Date {
    return new Date(this.services.clock.now());
  }

  private async requireNoLinks(tenant: Tenant): Promise<void> {
    const linked = await this.services.dataSource.manager.existsBy(Link, { tenantId: tenant.id, archivedAt: IsNull() });
    if (linked)
      throw new Conflict('The marketplace cannot change any more: licences are linked to this tenant, and their keys hold its code.');
  }

  /** Two tenants of one account would both write its subscriptions: allowed, but worth saying. */
  private async sharedAccount({ id, psaInstanceId, apiUrl, marketplace, username }: Tenant): Promise<string[]> {
    const others = await this.services.dataSource.manager.findBy(Tenant, {
      psaInstanceId,
      apiUrl,
      marketplace,
      username,
      archivedAt: IsNull(),
    });
    return others
      .filter((other) => other.id !== id)
      .map((other) => `The tenant "${other.name}" of this PSA instance uses the same account.`);
  }
}
