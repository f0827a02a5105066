import { expect } from '@jest/globals';
import { heldLists } from '../../src/database/held-lists.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';

/** Long enough that parts far down are reached from the end, that a search finds more than is gathered at once, and that lists are held. */
const ROWS = 5_700;

export interface Answer {
  data: Record<string, unknown>[];
  pagination: { total: number };
}

/** An app whose one tenant has long lists, and an ended import with as many changes and skips. */
export interface LongLists {
  app: ConnectedApp;
  tenantId: string;
  importId: string;
  /** A part of a list, as the API shows it. */
  part(path: string, offset: number, limit?: number): Promise<Answer>;
  /** The ids that a query gives for the tenant, or the import: a list in an order that the database is asked for by other words. */
  inOrder(sql: string): Promise<string[]>;
  /** Has the next answer come from the tables: a new step for each request, and no two of them find the lists the same. */
  fromTables(): Promise<void>;
  /** Has lists held: asks twice for each, as they are read after that. */
  hold(): Promise<void>;
  close(): Promise<void>;
}

export async function longLists(): Promise<LongLists> {
  const app = await connectedApp();
  const psaInstanceId = await app.addPsaInstance();
  const tenantId = await app.addTenant(psaInstanceId);
  const query = <T>(sql: string, more: unknown[] = []): Promise<T> => app.database.dataSource.query(sql, [tenantId, ...more]);
  // Names come in no order; one in seven is called Rare, one in three has no renewal date.
  await query(
    `INSERT INTO customers (tenant_id, customer_id, name, status, seen_at)
     SELECT $1, 'c' || n, CASE WHEN n % 20 = 0 THEN 'Rare ' ELSE 'Often ' END || md5(n::text), 'active', now() FROM generate_series(1, $2) AS n`,
    [ROWS],
  );
  await query(
    `INSERT INTO subscriptions (tenant_id, subscription_id, customer_id, name, status, "row", seen_at)
     SELECT $1, n, 'c' || n, 'Product ' || n % 9, CASE WHEN n % 11 = 0 THEN 'removed' WHEN n % 7 = 0 THEN 'hold' ELSE 'active' END,
       CASE WHEN n % 3 = 0 THEN '{}' ELSE jsonb_build_object('renewalDate', '2026-01-' || 10 + n % 20, 'autoRenew', n % 2 = 0) END, now()
     FROM generate_series(1, $2) AS n`,
    [ROWS],
  );
  await query(
    `INSERT INTO mappings (tenant_id, customer_id, state, client_id, client_name, origin)
     SELECT $1, 'c' || n, 'mapped', n, 'Client ' || n, 'manual' FROM generate_series(1, $2, 500) AS n`,
    [ROWS],
  );
  const [made] = await query<{ id: string }[]>(
    `INSERT INTO imports (psa_instance_id, tenant_id, entities, trigger, requested_by, state, phase, counts, finished_at)
     VALUES ($2, $1, '{customers}', 'manual', 'test', 'succeeded', 'done', '{}', now()) RETURNING id`,
    [psaInstanceId],
  );
  const importId = made!.id;
  await query(
    `INSERT INTO changes (psa_instance_id, tenant_id, import_id, attempt, sequence, entity, action, customer_id, planned, after, state)
     SELECT $2, $1, $3, 1, n, 'client', CASE WHEN n % 2 = 0 THEN 'create' ELSE 'update' END, 'c' || n, '{}', '{}', 'applied' FROM generate_series(1, $4) AS n`,
    [psaInstanceId, importId, ROWS],
  );
  await app.database.dataSource.query(
    `INSERT INTO skips (import_id, entity, marketplace_id, reason, detail)
     SELECT $1, 'subscription', n, CASE WHEN n % 100 = 0 THEN 'no_product' ELSE 'ended' END, '' FROM generate_series(1, $2) AS n`,
    [importId, ROWS],
  );

  const part = async (path: string, offset: number, limit = 500): Promise<Answer> => {
    const { status, body } = await app.api<Answer>('GET', `${path}${path.includes('?') ? '&' : '?'}offset=${offset}&limit=${limit}`);
    expect(status).toBe(200);
    return body;
  };
  return {
    app,
    tenantId,
    importId,
    part,
    inOrder: async (sql) =>
      (await app.database.dataSource.query<{ id: string }[]>(sql, [sql.includes('import_id') ? importId : tenantId])).map(({ id }) => id),
    async fromTables() {
      await app.database.dataSource.query(`INSERT INTO list_steps (tenant_id, steps) VALUES ($1, 1)`, [tenantId]);
    },
    async hold() {
      for (let time = 0; time < 2; time += 1) {
        for (const list of ['subscriptions', 'subscriptions?sort=renewalDate', 'customers', 'customers?sort=subscriptions'])
          await part(`/tenants/${tenantId}/${list}`, 0);
      }
      await heldLists(app.database.dataSource).settled();
    },
    close: () => app.close(),
  };
}
