import { randomUUID } from 'node:crypto';
import { Link, PsaInstance, Session, Tenant, Throttle } from '../../entities/index.js';
import { storeCustomer, storeSubscription } from '../support/marketplace-records.js';
import type { ConnectedApp } from '../support/connected-app.js';
import type { Known } from './requests.js';

/** One PSA instance with something of every kind, so that no route has nothing to work on. */
export interface Ground {
  psaInstanceId: string;
  tenantId: string;
  /** By the word of the path that comes before the id. */
  ids: Record<string, string>;
  admin: string;
  webhookSecret: string;
  /** Sets the PSA instance and the tenant back to what they were, and counted tries to none, so that one route is not in the way of the next. */
  restore(): Promise<void>;
}

export async function ground(app: ConnectedApp): Promise<Ground> {
  const psaInstanceId = await app.addPsaInstance();
  const tenantId = await app.addTenant(psaInstanceId);
  const { dataSource } = app.database;
  await storeCustomer(app.database, tenantId, 'c1');
  await storeCustomer(app.database, tenantId, 'c2');
  await storeSubscription(app.database, tenantId, { subscriptionId: 's1', customerId: 'c1', status: 'active' }, ['A']);
  const make = async (method: string, path: string, body?: object): Promise<{ id: string; webhookSecret?: string }> => {
    const answer = await app.api<{ id: string; webhookSecret?: string }>(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const mapping = await make('POST', `/tenants/${tenantId}/mappings`, { customerId: 'c1', ignored: true });
  const started = await make('POST', `/tenants/${tenantId}/imports`, { entities: ['customers'] });
  await make('POST', `/imports/${started.id}/cancel`);
  const token = await make('POST', '/tokens', { name: 'spare', role: 'viewer', psaInstanceId });
  const { webhookSecret = '' } = await make('POST', `/psa-instances/${psaInstanceId}/webhook-secret`);
  await storeSubscription(app.database, tenantId, { subscriptionId: 's2', customerId: 'c1', status: 'active' }, ['B']);
  const link = { id: randomUUID(), psaInstanceId, tenantId, subscriptionId: 's2', line: 'B', origin: 'adopted' as const };
  await dataSource.manager.insert(Link, { ...link, licenceId: String(app.sandbox.psa.licences()[0]?.id) });
  const session = randomUUID();
  await dataSource.manager.insert(Session, {
    id: session,
    sessionHash: session.replaceAll('-', '').padEnd(64, '0'),
    via: 'embed',
    psaInstanceId,
    agentId: '3',
    name: 'An agent',
    endsAt: new Date('2099-01-01T00:00:00Z'),
  });
  const ids = {
    'psa-instances': psaInstanceId,
    halo: psaInstanceId,
    tenants: tenantId,
    mappings: mapping.id,
    links: link.id,
    imports: started.id,
    tokens: token.id,
    sessions: session,
  };
  const { manager } = dataSource;
  const instance = await manager.findOneByOrFail(PsaInstance, { id: psaInstanceId });
  const tenant = await manager.findOneByOrFail(Tenant, { id: tenantId });
  return {
    psaInstanceId,
    tenantId,
    ids,
    admin: await app.token('admin', psaInstanceId),
    webhookSecret,
    async restore() {
      await manager.save(PsaInstance, { ...instance });
      await manager.save(Tenant, { ...tenant });
      await manager.clear(Throttle);
    },
  };
}

/** What requests on one ground may name: its own, and another's as somebody else's. */
export function knownOn(app: ConnectedApp, { ids, psaInstanceId, tenantId }: Ground, foreign: Record<string, string>): Known {
  const { marketplace, psa } = app.sandbox.credentials;
  const client = String(app.sandbox.psa.clients()[0]?.id);
  const credentials = Object.fromEntries(Object.entries({ ...psa, ...marketplace }).map(([name, value]) => [name, [value]]));
  return {
    own: ids,
    foreign,
    values: {
      ...credentials,
      clientId: [psa.clientId, client],
      psaInstanceId: [psaInstanceId],
      tenantId: [tenantId],
      customerId: ['c1', 'c2'],
      subscriptionId: ['s1'],
      line: ['A'],
      licenceId: ['1'],
      topLevelId: ['1'],
      digest: ['a'.repeat(64)],
      // Used up, it would be answered with an honest 503.
      callsPer5Minutes: [1_000_000],
      country: ['US'],
      currency: ['USD'],
      at: ['02:00'],
      timeZone: ['UTC'],
      ticketTypeId: ['1'],
      agentId: ['3'],
      ignored: [true],
      createAnyway: [true],
      createClient: [true],
      event: ['import.client', 'import.all', 'other'],
      client_id: [Number(client)],
      tenant: [tenantId],
    },
  };
}

/** Everything that is kept of a PSA instance, whichever table it is in. */
export async function everythingOf({ database }: ConnectedApp, { psaInstanceId, tenantId }: Ground): Promise<Record<string, unknown[]>> {
  const columns = await database.dataSource.query<{ table: string; column: string }[]>(
    `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
     WHERE table_schema = 'public' AND (column_name IN ('psa_instance_id', 'tenant_id') OR (table_name = 'psa_instances' AND column_name = 'id'))`,
  );
  const kept: Record<string, unknown[]> = {};
  for (const { table, column } of columns.toSorted((a, b) => `${a.table} ${a.column}`.localeCompare(`${b.table} ${b.column}`))) {
    kept[`${table} by ${column}`] = await database.dataSource.query(
      `SELECT to_jsonb(kept) AS row FROM "${table}" AS kept WHERE "${column}" = $1 ORDER BY 1::text`,
      [column === 'tenant_id' ? tenantId : psaInstanceId],
    );
  }
  return kept;
}
