import { IsNull, type EntityManager } from 'typeorm';
import { Link, Mapping, SubscriptionLineRecord, SubscriptionRecord, type Tenant } from '../../entities/index.js';
import { actorOf } from '../auth/audit/actor.js';
import { record, recordChange } from '../auth/audit/record.js';
import { type Caller, requireSight } from '../auth/caller.js';
import { violates } from '../database/violation.js';
import { hasEnded, type Licence, type SubscriptionStatus } from '../domain/index.js';
import { Conflict, Invalid, NotFound, Unprocessable } from '../http/problem.js';
import { askPsa } from '../psa-instances/psa-connection.js';
import type { Services } from '../services.js';
import { psaInstanceOf, visibleTenant } from '../tenants/tenant-access.js';
import { createdBefore } from './created-before.js';
import type { SetLink } from './dto.js';

/** Links as people make them. */
export class LinksService {
  constructor(private readonly services: Services) {}

  /**
   * Says which licence a line is kept in, or that one is to be created whatever resembles it; in place of what was said before.
   * Repeating it changes nothing. A licence that is linked to a line which is over goes on as this one's: people say so of renewals.
   * @throws Conflict when the licence is linked to another line that lives, Unprocessable when it cannot be this line's.
   */
  async set(caller: Caller, tenantId: string, wanted: SetLink): Promise<{ link: Link; made: boolean }> {
    const { dataSource } = this.services;
    const tenant = await visibleTenant(dataSource.manager, caller, tenantId);
    const { subscriptionId, licenceId } = wanted;
    if ((licenceId === undefined) === (wanted.createAnyway === undefined)) {
      throw new Invalid([{ pointer: '', message: 'Give exactly one of licenceId and createAnyway.' }]);
    }
    const line = await lineOf(dataSource.manager, tenant.id, wanted);
    const place = licenceId === undefined ? null : await this.requireFitting(tenant, subscriptionId, licenceId);
    const so = await createdBefore(this.services, tenant, { subscriptionId, line });
    if (so?.stands && licenceId === undefined) return { link: so.link, made: false };
    if (so?.active && licenceId !== so.link.licenceId) throw billedBeside(so.link.licenceId ?? '');
    try {
      return await dataSource.transaction(async (manager) => {
        await visibleTenant(manager, caller, tenantId, 'pessimistic_read');
        if (place) await holdMapping(manager, tenantId, place);
        // Two at once for one line wait for each other here.
        await manager.findOne(SubscriptionRecord, { where: { tenantId, subscriptionId }, lock: { mode: 'pessimistic_write' } });
        if (place && (await isBeingCreated(manager, tenantId, subscriptionId, line))) throw createdMeanwhile();
        const before = await manager.findOneBy(Link, { tenantId, subscriptionId, line, archivedAt: IsNull() });
        if (before && before.licenceId === (licenceId ?? null)) return { link: before, made: false };
        // An import may have created it since.
        if (before && before.licenceId !== null && before.licenceId !== so?.link.licenceId) throw linkedMeanwhile();
        const archivedAt = new Date(this.services.clock.now());
        const ended = licenceId === undefined ? null : await endedHolder(manager, tenant, licenceId);
        if (ended) await manager.update(Link, { id: ended.id }, { archivedAt, archivedWhy: 'renewal' });
        if (before) await manager.update(Link, { id: before.id }, { archivedAt, archivedWhy: 'replaced' });
        const link = manager.create(Link, {
          psaInstanceId: tenant.psaInstanceId,
          tenantId,
          subscriptionId,
          line,
          licenceId: licenceId ?? null,
          origin: licenceId === undefined ? null : 'adopted',
          createAnyway: licenceId === undefined,
          archivedAt: null,
          archivedWhy: null,
        });
        const saved = await manager.save(Link, link);
        const actor = actorOf(caller);
        const done = { entity: 'link', entityId: saved.id, psaInstanceId: tenant.psaInstanceId } as const;
        const gone = before ?? ended;
        if (gone) await recordChange(manager, actor, { action: 'change', ...done }, factsOf(gone), factsOf(saved));
        else await record(manager, actor, { action: 'create', ...done }, { after: factsOf(saved) });
        return { link: saved, made: true };
      });
    } catch (error) {
      if (violates(error, 'links_one_for_each_licence')) throw taken(licenceId ?? '');
      if (violates(error, 'links_one_for_each_line')) throw linkedMeanwhile();
      throw error;
    }
  }

  /**
   * The licence that a line is kept in, as HaloPSA shows it now.
   * @throws NotFound when the link has none, or HaloPSA has it no more.
   */
  async licence(caller: Caller, linkId: string): Promise<Licence> {
    const { manager } = this.services.dataSource;
    const link = await manager.findOneBy(Link, { id: linkId, archivedAt: IsNull() });
    if (!link) throw new NotFound('That link');
    requireSight(caller, link.psaInstanceId, 'That link');
    const { licenceId } = link;
    if (licenceId === null) throw new NotFound('A licence for that link', 'The next import creates one.');
    const instance = await psaInstanceOf(manager, link.psaInstanceId);
    const licence = await askPsa(this.services, instance, (psa) => psa.licence(licenceId));
    if (!licence) throw new NotFound(`Licence ${licenceId}`, 'HaloPSA has it no more.');
    return licence;
  }

  /** A licence can be adopted if it is there, alive, and at the client of the subscription's customer: which that is, is the answer. */
  private async requireFitting(tenant: Tenant, subscriptionId: string, licenceId: string): Promise<Place> {
    const { manager } = this.services.dataSource;
    const { customerId } = await manager.findOneByOrFail(SubscriptionRecord, { tenantId: tenant.id, subscriptionId });
    const mapping = await manager.findOneBy(Mapping, { tenantId: tenant.id, customerId, state: 'mapped', archivedAt: IsNull() });
    if (!mapping?.clientId) {
      throw unfit('/subscriptionId', `Customer ${customerId} of this subscription is not mapped to a client. Map it first.`);
    }
    const instance = await psaInstanceOf(manager, tenant.psaInstanceId);
    const licence = await askPsa(this.services, instance, (psa) => psa.licence(licenceId));
    if (!licence) throw unfit('/licenceId', `HaloPSA has no licence ${licenceId}.`);
    if (licence.deleted) throw unfit('/licenceId', `Licence ${licenceId} is deleted in HaloPSA.`);
    if (licence.clientId !== mapping.clientId) {
      throw unfit(
        '/licenceId',
        `Licence ${licenceId} belongs to client ${licence.clientId}, but customer ${customerId} is mapped to client ${mapping.clientId}.`,
      );
    }
    return { customerId, clientId: mapping.clientId };
  }
}

/** Where a licence belongs. */
interface Place {
  customerId: string;
  clientId: string;
}

/**
 * Keeps others from changing the customer's mapping until the transaction ends, as they do among themselves.
 * @throws Conflict when it is another by now: HaloPSA was asked in between.
 */
async function holdMapping(manager: EntityManager, tenantId: string, { customerId, clientId }: Place): Promise<void> {
  await manager.query('SELECT 1 FROM customers WHERE tenant_id = $1 AND customer_id = $2 FOR UPDATE', [tenantId, customerId]);
  if (await manager.existsBy(Mapping, { tenantId, customerId, clientId, state: 'mapped', archivedAt: IsNull() })) return;
  throw new Conflict(`Somebody changed what customer ${customerId} is mapped to at the same moment. Look at it again.`);
}

/** What a link says, as the audit trail shows it. */
function factsOf({ id, tenantId, subscriptionId, line, licenceId, createAnyway }: Link): object {
  return { id, tenantId, subscriptionId, line, licenceId, createAnyway };
}

/** The line that is meant. @throws Unprocessable when it is not known or not clear. */
async function lineOf(manager: EntityManager, tenantId: string, { subscriptionId, line }: SetLink): Promise<string> {
  const known = await manager.existsBy(SubscriptionRecord, { tenantId, subscriptionId });
  if (!known) throw unfit('/subscriptionId', `No import of this tenant has seen subscription ${subscriptionId}.`);
  const lines = (await manager.findBy(SubscriptionLineRecord, { tenantId, subscriptionId })).map((record) => record.line).toSorted();
  if (line !== undefined) {
    if (lines.includes(line)) return line;
    throw unfit('/line', `Subscription ${subscriptionId} has no such line. It has: ${lines.join(', ') || 'none'}.`);
  }
  const [only, ...more] = lines;
  if (only === undefined) throw unfit('/subscriptionId', `Subscription ${subscriptionId} has no product that was read yet.`);
  if (more.length > 0) throw unfit('/line', `Subscription ${subscriptionId} has several lines. Say which: ${lines.join(', ')}.`);
  return only;
}

/**
 * The link that keeps a licence so far, of a line that is over; null when none keeps it.
 * @throws Conflict when its line lives, or is another tenant's.
 */
async function endedHolder(manager: EntityManager, { id: tenantId, psaInstanceId }: Tenant, licenceId: string): Promise<Link | null> {
  const link = await manager.findOneBy(Link, { psaInstanceId, licenceId, archivedAt: IsNull() });
  if (!link) return null;
  const { subscriptionId, line } = link;
  const subscription = link.tenantId === tenantId ? await manager.findOneBy(SubscriptionRecord, { tenantId, subscriptionId }) : null;
  if (!subscription) throw taken(licenceId);
  const over = hasEnded(subscription.status as SubscriptionStatus) || subscription.goneAt !== null;
  // A line that its subscription does not have any more is over, too.
  if (!over && (await manager.existsBy(SubscriptionLineRecord, { tenantId, subscriptionId, line }))) throw taken(licenceId);
  return link;
}

/** Whether an import that is not over has sent a licence of the line's own to be created: it is there a moment later, and would stand beside another one. */
async function isBeingCreated(manager: EntityManager, tenantId: string, subscriptionId: string, line: string): Promise<boolean> {
  const rows = await manager.query<unknown[]>(
    `SELECT FROM imports JOIN changes ON changes.import_id = imports.id
     WHERE imports.tenant_id = $1 AND imports.state IN ('queued', 'running') AND changes.entity = 'licence' AND changes.action = 'create'
       AND changes.state = 'sent' AND changes.subscription_id = $2 AND changes.line = $3 LIMIT 1`,
    [tenantId, subscriptionId, line],
  );
  return rows.length > 0;
}

function billedBeside(licenceId: string): Conflict {
  return new Conflict(
    `This line is kept in licence ${licenceId}, which an import created for it. Make that one inactive in HaloPSA, or delete it, then repeat the request: else both are billed.`,
  );
}

function createdMeanwhile(): Conflict {
  return new Conflict('An import creates a licence for this line at this moment. Look at it again when it has.');
}

function linkedMeanwhile(): Conflict {
  return new Conflict('Something else linked this line at the same moment. Look at it again.');
}

function taken(licenceId: string): Conflict {
  return new Conflict(
    `Licence ${licenceId} is linked to another line already. It can go on here once that line is over in the marketplace.`,
  );
}

function unfit(pointer: string, message: string): Unprocessable {
  return new Unprocessable(message, { errors: [{ pointer, message }] });
}
