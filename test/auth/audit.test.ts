import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditLine } from '../../entities/index.js';
import { connect } from '../../src/database/connect.js';
import { migrate } from '../../src/database/migrate.js';
import { INTEGRATOR } from '../../src/auth/audit/actor.js';
import { record } from '../../src/auth/audit/record.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';
import { createEmptyDatabase } from '../support/database.js';
import { storeCustomer } from '../support/marketplace-records.js';

interface Line {
  id: string;
  at: string;
  psaInstanceId: string | null;
  actor: { kind: string; id: string | null; name: string };
  action: string;
  entity: string;
  entityId: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}
interface Lines {
  data: Line[];
  pagination: { total: number };
}

let app: ConnectedApp;
let here: string;
let elsewhere: string;
beforeAll(async () => {
  app = await connectedApp();
  here = await app.addPsaInstance({ name: 'Here' });
  elsewhere = await app.addPsaInstance({ name: 'Elsewhere' });
});
afterAll(() => app.close());

const sql = (text: string): Promise<unknown> => app.database.dataSource.query(text);
const lines = async (query = '', token?: string): Promise<Line[]> =>
  (await app.api<Lines>('GET', `/audit${query}`, undefined, token)).body.data;

describe('what a line says of a change', () => {
  let tenantId: string;
  beforeEach(async () => {
    tenantId = await app.addTenant(here, { name: 'Reseller' });
  });

  it('is only what differs, before and after', async () => {
    await app.api('PATCH', `/tenants/${tenantId}`, { name: 'Renamed', guard: { percent: 20 }, enabled: true });
    expect((await lines(`?entityId=${tenantId}&action=change`))[0]).toMatchObject({
      actor: { kind: 'token', name: 'test' },
      before: { name: 'Reseller', guard: { floor: 5, percent: 10 } },
      after: { name: 'Renamed', guard: { floor: 5, percent: 20 } },
    });
    const [line] = await lines(`?entityId=${tenantId}&action=change`);
    expect(Object.keys(line?.after ?? {}).toSorted()).toEqual(['guard', 'name']);
  });

  it('of a secret is only that it was set', async () => {
    app.moment.at += 60_000;
    const { password, subscriptionKey } = app.sandbox.credentials.marketplace;
    await app.api('PATCH', `/tenants/${tenantId}?unverified=true`, { password, subscriptionKey });
    const [line] = await lines(`?entityId=${tenantId}&action=change`);
    const setAt = new Date(app.moment.at).toISOString();
    expect(line?.after).toEqual({ secretsSetAt: { password: setAt, subscriptionKey: setAt } });
    expect(JSON.stringify(await lines())).not.toContain(password);
  });

  it('is nothing when a request is repeated that changes nothing', async () => {
    await storeCustomer(app.database, tenantId, 'c1');
    const repeat = async (): Promise<void> => {
      await app.api('PATCH', `/tenants/${tenantId}`, { name: 'Once' });
      await app.api('POST', `/tenants/${tenantId}/mappings`, { customerId: 'c1', ignored: true });
      await app.api('POST', `/tenants/${tenantId}/pause`, { why: 'So.' });
    };
    await repeat();
    const before = await lines();
    await repeat();
    expect(await lines()).toEqual(before);
  });

  it('says what was said of linked licences, and who ended a pause by verifying', async () => {
    await sql(`UPDATE tenants SET refusals = 3, paused_at = now(), paused_why = 'Refused.' WHERE id = '${tenantId}'`);
    await app.api('POST', `/tenants/${tenantId}/verify`);
    expect((await lines(`?entityId=${tenantId}&action=resume`))[0]).toMatchObject({
      actor: { kind: 'token' },
      before: { pausedWhy: 'Refused.' },
    });
  });
});

describe('a line and its change', () => {
  it('are both there or neither', async () => {
    const tenantId = await app.addTenant(here, { name: 'As it was' });
    await sql(`ALTER TABLE audit ADD CONSTRAINT none CHECK (false) NOT VALID`);
    try {
      expect((await app.api('PATCH', `/tenants/${tenantId}`, { name: 'Changed' })).status).toBe(500);
      expect((await app.api('POST', '/tokens', { name: 'unnoted', role: 'viewer', psaInstanceId: here })).status).toBe(500);
      expect((await app.api('POST', `/tenants/${tenantId}/imports`, { entities: ['customers'] })).status).toBe(500);
    } finally {
      await sql(`ALTER TABLE audit DROP CONSTRAINT none`);
    }
    expect((await app.api('GET', `/tenants/${tenantId}`)).body).toMatchObject({ name: 'As it was', lastImport: null });
    expect(JSON.stringify((await app.api('GET', '/tokens')).body)).not.toContain('unnoted');
    expect(await sql(`SELECT id FROM imports WHERE tenant_id = '${tenantId}'`)).toEqual([]);
  });
});

describe('the trail only grows', () => {
  const attempts = ['UPDATE audit SET actor_name = $$nobody$$', 'DELETE FROM audit', 'TRUNCATE audit', 'TRUNCATE audit CASCADE'];

  it.each(attempts)('for the server’s own user: %s', async (statement) => {
    const before = await lines('?limit=500');
    expect(before.length).toBeGreaterThan(0);
    await expect(sql(statement)).rejects.toThrow('The audit trail only grows');
    // As replication does, which skips ordinary triggers.
    const runner = app.database.dataSource.createQueryRunner();
    await runner.query(`SET session_replication_role = replica`);
    await expect(runner.query(statement)).rejects.toThrow('The audit trail only grows');
    await runner.query(`RESET session_replication_role`);
    await runner.release();
    expect(await lines('?limit=500')).toEqual(before);
  });

  it('for an ordinary user, whom the table belongs to, before any trigger', async () => {
    const database = await createEmptyDatabase();
    const name = new URL(database.url).pathname.slice(1);
    try {
      await database.dataSource.query(`CREATE ROLE "${name}" LOGIN PASSWORD 'test'`);
      await database.dataSource.query(`ALTER DATABASE "${name}" OWNER TO "${name}"`);
      await database.dataSource.query(`GRANT ALL ON SCHEMA public TO "${name}"`);
      const url = new URL(database.url);
      [url.username, url.password] = [name, 'test'];
      const ordinary = await connect(url.href, { attempts: 1 });
      try {
        await migrate(ordinary);
        await record(ordinary.manager, INTEGRATOR, { action: 'pause', entity: 'tenant', entityId: 't', psaInstanceId: null });
        for (const statement of attempts) await expect(ordinary.query(statement)).rejects.toThrow('permission denied');
        expect(await ordinary.manager.count(AuditLine)).toBe(1);
      } finally {
        await ordinary.destroy();
      }
      await database.dataSource.query(`DROP OWNED BY "${name}" CASCADE`);
      await database.dataSource.query(`ALTER DATABASE "${name}" OWNER TO CURRENT_USER`);
      await database.dataSource.query(`DROP ROLE "${name}"`);
    } finally {
      await database.close();
    }
  });
});

describe('GET /audit', () => {
  it('is for admins', async () => {
    for (const role of ['viewer', 'operator'] as const) {
      expect((await app.api('GET', '/audit', undefined, await app.token(role, here))).status).toBe(403);
    }
  });

  it('shows an admin their own PSA instance alone, and an owner all', async () => {
    const admin = await app.token('admin', here);
    await app.addTenant(elsewhere);
    const seen = await lines('?limit=500', admin);
    expect(new Set(seen.map((line) => line.psaInstanceId))).toEqual(new Set([here]));
    expect(new Set((await lines('?limit=500')).map((line) => line.psaInstanceId))).toEqual(new Set([here, elsewhere]));
    expect((await app.api('GET', `/audit?psaInstanceId=${elsewhere}`, undefined, admin)).status).toBe(404);
    expect(new Set((await lines(`?psaInstanceId=${elsewhere}`)).map((line) => line.psaInstanceId))).toEqual(new Set([elsewhere]));
  });

  it('can be filtered by who, what, which and when, newest first', async () => {
    const admin = await app.token('admin', here);
    const made = await app.api<{ id: string }>('POST', '/tokens', { name: 'Jane’s', role: 'viewer' }, admin);
    await app.api('DELETE', `/tokens/${made.body.id}`, undefined, admin);
    expect((await lines(`?entity=token&entityId=${made.body.id}`)).map(({ action }) => action)).toEqual(['revoke', 'create']);
    const [revoked] = await lines(`?action=revoke&entityId=${made.body.id}`);
    expect(revoked).toMatchObject({ before: { name: 'Jane’s', role: 'viewer' }, after: null });
    const { id, name } = revoked!.actor;
    expect((await lines(`?actor=${id}`)).map((line) => line.entityId)).toEqual([made.body.id, made.body.id]);
    expect((await lines(`?actor=${name}`)).length).toBeGreaterThan(2);
    expect(await lines('?actor=webhook')).toEqual([]);
    const at = encodeURIComponent(revoked!.at);
    expect((await lines(`?from=${at}`)).map((line) => line.id)).toContain(revoked!.id);
    const earlier = await lines(`?to=${at}&limit=500`);
    expect(earlier.length).toBeGreaterThan(0);
    expect(earlier.every((line) => line.at < revoked!.at)).toBe(true);
    const page = await app.api<Lines>('GET', '/audit?limit=1&offset=1');
    expect(page.body.data).toHaveLength(1);
    expect(page.body.pagination.total).toBeGreaterThan(2);
  });

  it.each(['from=yesterday', 'to=2026', 'from=2026-01-01', 'from=2026-01-01T00%3A00%3A60Z', 'psaInstanceId=1'])(
    'refuses %s',
    async (query) => {
      expect((await app.api('GET', `/audit?${query}`)).status).toBe(400);
    },
  );
});
