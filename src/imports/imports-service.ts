import { randomUUID } from 'node:crypto';
import { In, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import { Import, PsaInstance, Tenant } from '../../entities/index.js';
import { actorOf } from '../auth/audit/actor.js';
import { record } from '../auth/audit/record.js';
import { type Caller, requireSight, withinSight } from '../auth/caller.js';
import { violates } from '../database/violation.js';
import { Conflict, Invalid, NotFound, Unprocessable } from '../http/problem.js';
import { customersOfClient, requireCustomer } from '../mappings/customers.js';
import type { Services } from '../services.js';
import { psaInstanceOf, visibleTenant } from '../tenants/tenant-access.js';
import {
  type ChangesQuery,
  type ChangeView,
  type ImportsQuery,
  type SkipReasonCount,
  type SkipReasons,
  type SkipsQuery,
  type SkipView,
  type StartImport,
  viewOfSkip,
} from './dto.js';
import { decisions } from './decisions.js';
import { askedFor, namedImport } from './audited-import.js';
import { cancelWaiting, tellWhatWasDone } from './cancel-waiting.js';
import { listChanges } from './list-changes.js';
import { listSkips } from './list-skips.js';
import { customerNames } from './names.js';
import { noCounts } from './store/import-row.js';

const WHAT = 'That import';
const UNFINISHED = In(['queued', 'running']);

/** Imports as people start, watch and cancel them. They run from the queue, never here. */
export class ImportsService {
  constructor(private readonly services: Services) {}

  /** @throws Conflict with the other one's `importId` while an import of the tenant waits or runs. */
  async start(caller: Caller, tenantId: string, wanted: StartImport): Promise<Import> {
    const { manager } = this.services.dataSource;
    const all = wanted.customerId === undefined && wanted.clientId === undefined;
    const customerId = all ? null : await this.customerOf(caller, tenantId, wanted);
    const actor = actorOf(caller);
    const row = {
      id: randomUUID(),
      tenantId,
      entities: wanted.entities,
      customerId,
      clientId: wanted.clientId ?? null,
      trigger: 'manual' as const,
      requestedBy: actor.name,
      preview: wanted.preview ?? false,
      readSince: wanted.readEverything === true ? new Date(this.services.clock.now()) : null,
      counts: noCounts(),
      remarks: [],
    };
    try {
      await this.services.dataSource.transaction(async (inside) => {
        // Held so that the tenant cannot be archived or switched off between here and the row.
        const tenant = await visibleTenant(inside, caller, tenantId, 'pessimistic_read');
        await requireEnabled(inside, tenant);
        const owned = { ...row, psaInstanceId: tenant.psaInstanceId };
        await inside.insert(Import, owned);
        await record(inside, actor, { action: 'start', ...namedImport(owned) }, { after: askedFor(row) });
        await this.services.queue.enqueueImport(row.id, { manager: inside, goesFirst: true });
      });
    } catch (error) {
      if (!violates(error, 'imports_one_at_a_time')) throw error;
      await this.requireNoneUnderWay(tenantId);
      throw new Conflict('Another import of this tenant ended at this moment. Repeat the request.');
    }
    return manager.findOneByOrFail(Import, { id: row.id });
  }

  /** The customer that an import is for, where it is for one. May ask the marketplace, so it is no part of a transaction. */
  private async customerOf(caller: Caller, tenantId: string, wanted: StartImport): Promise<string | null> {
    const { manager } = this.services.dataSource;
    const tenant = await visibleTenant(manager, caller, tenantId);
    await requireEnabled(manager, tenant);
    if (wanted.customerId !== undefined && wanted.clientId !== undefined) {
      throw new Invalid([{ pointer: '/clientId', message: 'Give customerId or clientId, not both.' }]);
    }
    await this.requireNoneUnderWay(tenantId);
    return this.scope(tenant, wanted);
  }

  async list(caller: Caller, query: ImportsQuery): Promise<[Import[], number]> {
    const { manager } = this.services.dataSource;
    if (query.tenantId !== undefined) await visibleTenant(manager, caller, query.tenantId);
    const { tenantId, state, offset, limit } = query;
    const where = { ...withinSight(caller), ...(tenantId === undefined ? {} : { tenantId }), ...(state === undefined ? {} : { state }) };
    return there(manager).andWhere(where).orderBy({ 'row.createdAt': 'DESC', 'row.id': 'DESC' }).skip(offset).take(limit).getManyAndCount();
  }

  /** Imports of archived tenants stay readable. @throws NotFound */
  async one(caller: Caller, id: string): Promise<Import> {
    const row = await there(this.services.dataSource.manager).andWhere('row.id = :id', { id }).getOne();
    if (!row) throw new NotFound(WHAT);
    requireSight(caller, row.psaInstanceId, WHAT);
    return row;
  }

  async changes(caller: Caller, id: string, query: ChangesQuery): Promise<[ChangeView[], number]> {
    return listChanges(this.services.dataSource, await this.one(caller, id), query);
  }

  async skips(caller: Caller, id: string, query: SkipsQuery): Promise<[SkipView[], number]> {
    const row = await this.one(caller, id);
    const { manager } = this.services.dataSource;
    const [skips, total] = await listSkips(manager, row, query);
    const names = await customerNames(manager, row, skips);
    const decided = await decisions(manager, row, skips, names);
    return [skips.map((skip) => viewOfSkip(skip, names, decided(skip))), total];
  }

  /** Why an import left things alone, and how many for each reason, the most first. */
  async skipReasons(caller: Caller, id: string): Promise<SkipReasons> {
    await this.one(caller, id);
    const reasons = await this.services.dataSource.manager.query<SkipReasonCount[]>(
      `SELECT reason, count(*)::int AS count FROM skips WHERE import_id = $1 GROUP BY reason ORDER BY count(*) DESC, reason`,
      [id],
    );
    return { reasons };
  }

  /** Ends an import that waits at once, and asks one that runs to end. @throws Conflict when it is over. */
  async cancel(caller: Caller, id: string): Promise<Import> {
    const row = await this.one(caller, id);
    const { dataSource } = this.services;
    const one = (): Promise<Import> => dataSource.manager.findOneByOrFail(Import, { id });
    const did = await dataSource.transaction(async (manager) => {
      // In one statement each, so that a worker which takes it at this moment is asked instead.
      const waited = (): Promise<boolean> => cancelWaiting(manager, id);
      // Between the two it may have been handed back.
      const found = (await waited()) ? 'queued' : (await askToEnd(manager, id)) ? 'running' : (await waited()) ? 'queued' : null;
      if (found !== null) await record(manager, actorOf(caller), { action: 'cancel', ...namedImport(row) }, { before: { state: found } });
      return found;
    });
    const now = await one();
    if (did === 'queued' && now.attempt > 0) await tellWhatWasDone(dataSource, now);
    const asked = now.state === 'cancelled' || (now.state === 'running' && now.cancelRequestedAt !== null);
    if (did === null && !asked) throw new Conflict(`This import is over already: it ended as "${now.state}".`);
    return one();
  }

  /** @throws Conflict with the `importId` of the import that waits or runs. */
  async requireNoneUnderWay(tenantId: string): Promise<void> {
    const other = await this.services.dataSource.manager.findOneBy(Import, { tenantId, state: UNFINISHED });
    if (other)
      throw new Conflict('An import of this tenant waits or runs already. Wait for its end, or cancel it.', { importId: other.id });
  }

  /** The one customer the import is for; null for all, or for the several that are mapped to a client. */
  private async scope(tenant: Tenant, { customerId, clientId }: StartImport): Promise<string | null> {
    if (clientId !== undefined) {
      const customers = await customersOfClient(this.services.dataSource.manager, tenant.id, clientId);
      if (customers.length === 0) {
        const message = `No customer of this tenant is mapped to client ${clientId}.`;
        throw new Unprocessable(message, { errors: [{ pointer: '/clientId', message }] });
      }
      return customers.length === 1 ? (customers[0] ?? null) : null;
    }
    if (customerId === undefined) return null;
    await requireCustomer(this.services, tenant, customerId);
    return customerId;
  }
}

/** Imports, as `row`, whose PSA instance is not archived. */
function there(manager: EntityManager): SelectQueryBuilder<Import> {
  const psa = manager.createQueryBuilder(PsaInstance, 'psa').where('psa.id = row.psaInstanceId AND psa.archivedAt IS NULL');
  return manager.createQueryBuilder(Import, 'row').whereExists(psa);
}

/** Asks an import that runs to end. False when it does not run, or was asked. */
async function askToEnd(manager: EntityManager, id: string): Promise<boolean> {
  const [rows] = (await manager.query(
    `UPDATE imports SET cancel_requested_at = now() WHERE id = $1 AND state = 'running' AND cancel_requested_at IS NULL RETURNING id`,
    [id],
  )) as [unknown[], number];
  return rows.length > 0;
}

/** @throws Conflict saying what is switched off. */
export async function requireEnabled(manager: EntityManager, tenant: Tenant): Promise<void> {
  if (!tenant.enabled) throw new Conflict(`The tenant "${tenant.name}" is switched off. Set its enabled to true, then import.`);
  const instance = await psaInstanceOf(manager, tenant.psaInstanceId);
  if (!instance.enabled) throw new Conflict(`The PSA instance "${instance.name}" is switched off. Set its enabled to true, then import.`);
}
