import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditLine, Import, Session } from '../../entities/index.js';
import { noCounts } from '../../src/imports/store/import-row.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';
import { Browser } from './browser.js';
import { storeCustomer, storeSubscription } from '../support/marketplace-records.js';

/** Routes that change nothing anybody set or decided, so that there is nothing to note. */
const NOTHING_TO_NOTE: Record<string, string> = {
  'POST /api/v1/psa-instances/{id}/verify': 'reads HaloPSA',
  'POST /api/v1/tenants/verify': 'reads the marketplace, and keeps nothing',
  'POST /api/v1/tenants/{id}/verify': 'reads the marketplace; that it ended a pause is noted, which a test of its own shows',
};

/** What a route's line must say. */
interface Expected {
  action: string;
  entity: string;
  entityId: string | null;
  actorKind?: string;
  psaInstanceId?: null;
}

let app: ConnectedApp;
let psaInstanceId: string;
let tenantId: string;
beforeAll(async () => {
  app = await connectedApp();
  psaInstanceId = await app.addPsaInstance();
  tenantId = await app.addTenant(psaInstanceId);
  // One that the marketplace shows: where it shows none of those known, customers are not matched.
  app.sandbox.marketplace.world.addCustomer({ id: 'c1', name: 'Customer c1' });
  await storeCustomer(app.database, tenantId, 'c1');
  await storeSubscription(app.database, tenantId, { subscriptionId: 's1', customerId: 'c1', status: 'active' }, ['A']);
});
afterAll(() => app.close());

const { stringify } = JSON;
const sql = (text: string, parameters: unknown[] = []): Promise<unknown> => app.database.dataSource.query(text, parameters);

async function send(method: string, path: string, body?: unknown): Promise<string> {
  const answer = await app.api<{ id?: string }>(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${stringify(answer.body)}`);
  return answer.body?.id ?? '';
}

async function mapping(): Promise<string> {
  return send('POST', `/tenants/${tenantId}/mappings`, { customerId: 'c1', ignored: true });
}

/** An import as it stands in a state, without having run. */
async function anImport(state: Import['state']): Promise<string> {
  const id = randomUUID();
  const row = { id, psaInstanceId, tenantId, entities: ['customers' as const], trigger: 'manual' as const, requestedBy: 'test' };
  await app.database.dataSource.manager.insert(Import, { ...row, state, counts: noCounts(), digest: 'a'.repeat(64) });
  return id;
}

const endAll = (): Promise<unknown> => sql(`UPDATE imports SET state = 'succeeded' WHERE state IN ('queued', 'running')`);

/** For each route that changes something: calls it so that it does, and what its line must say. */
const ROUTES: Record<string, () => Promise<Expected>> = {
  'POST /api/v1/psa-instances': async () => ({ action: 'create', entity: 'psa_instance', entityId: await app.addPsaInstance() }),
  'PATCH /api/v1/psa-instances/{id}': async () => {
    await send('PATCH', `/psa-instances/${psaInstanceId}`, { name: 'Another name' });
    return { action: 'change', entity: 'psa_instance', entityId: psaInstanceId };
  },
  'DELETE /api/v1/psa-instances/{id}': async () => {
    const id = await app.addPsaInstance();
    await send('DELETE', `/psa-instances/${id}`);
    return { action: 'archive', entity: 'psa_instance', entityId: id };
  },
  'POST /api/v1/psa-instances/{id}/webhook-secret': async () => {
    app.moment.at += 1000;
    await send('POST', `/psa-instances/${psaInstanceId}/webhook-secret`);
    return { action: 'change', entity: 'psa_instance', entityId: psaInstanceId };
  },
  'POST /api/v1/tenants': async () => ({ action: 'create', entity: 'tenant', entityId: await app.addTenant(psaInstanceId) }),
  'PATCH /api/v1/tenants/{id}': async () => {
    await send('PATCH', `/tenants/${tenantId}`, { guard: { floor: 7 } });
    return { action: 'change', entity: 'tenant', entityId: tenantId };
  },
  'DELETE /api/v1/tenants/{id}': async () => {
    const id = await app.addTenant(psaInstanceId);
    await send('DELETE', `/tenants/${id}`);
    return { action: 'archive', entity: 'tenant', entityId: id };
  },
  'POST /api/v1/tenants/{id}/mappings': async () => ({ action: 'create', entity: 'mapping', entityId: await mapping() }),
  'PATCH /api/v1/mappings/{id}': async () => {
    const id = await mapping();
    await send('PATCH', `/mappings/${id}`, { createClient: true });
    return { action: 'change', entity: 'mapping', entityId: id };
  },
  'DELETE /api/v1/mappings/{id}': async () => {
    const id = await mapping();
    await send('DELETE', `/mappings/${id}`);
    return { action: 'remove', entity: 'mapping', entityId: id };
  },
  'POST /api/v1/tenants/{id}/mappings/several': async () => {
    const id = await mapping();
    await send('POST', `/tenants/${tenantId}/mappings/several`, { customerIds: ['c1'], createClient: true });
    return { action: 'change', entity: 'mapping', entityId: id };
  },
  'POST /api/v1/tenants/{id}/mappings/take-back': async () => {
    const id = await mapping();
    await send('POST', `/tenants/${tenantId}/mappings/several`, { customerIds: ['c1'], createClient: true });
    await send('POST', `/tenants/${tenantId}/mappings/take-back`, { mappingIds: [id] });
    return { action: 'change', entity: 'mapping', entityId: id };
  },
  'POST /api/v1/tenants/{id}/mappings/generate': async () => {
    await send('POST', `/tenants/${tenantId}/mappings/generate`);
    return { action: 'generate', entity: 'mapping', entityId: null };
  },
  'POST /api/v1/tenants/{id}/links': async () => ({
    action: 'create',
    entity: 'link',
    entityId: await send('POST', `/tenants/${tenantId}/links`, { subscriptionId: 's1', createAnyway: true }),
  }),
  'POST /api/v1/tenants/{id}/imports': async () => {
    await endAll();
    return { action: 'start', entity: 'import', entityId: await send('POST', `/tenants/${tenantId}/imports`, { entities: ['customers'] }) };
  },
  'POST /api/v1/imports/{id}/cancel': async () => {
    await endAll();
    const id = await anImport('queued');
    await send('POST', `/imports/${id}/cancel`);
    return { action: 'cancel', entity: 'import', entityId: id };
  },
  'POST /api/v1/imports/{id}/approve': async () => {
    await endAll();
    const id = await anImport('needs_approval');
    await send('POST', `/imports/${id}/approve`, { digest: 'a'.repeat(64) });
    return { action: 'approve', entity: 'import', entityId: id };
  },
  'POST /api/v1/imports/{id}/discard': async () => {
    const id = await anImport('needs_approval');
    await send('POST', `/imports/${id}/discard`);
    return { action: 'discard', entity: 'import', entityId: id };
  },
  'POST /api/v1/tenants/{id}/pause': async () => {
    await send('POST', `/tenants/${tenantId}/pause`, { why: 'Moving house.' });
    return { action: 'pause', entity: 'tenant', entityId: tenantId };
  },
  'POST /api/v1/tenants/{id}/resume': async () => {
    await send('POST', `/tenants/${tenantId}/pause`);
    await send('POST', `/tenants/${tenantId}/resume`);
    return { action: 'resume', entity: 'tenant', entityId: tenantId };
  },
  'POST /api/v1/tenants/{id}/integrator/run': async () => {
    await endAll();
    await send('PATCH', `/tenants/${tenantId}`, { integrator: { enabled: true } });
    await sql(`UPDATE tenants SET status = 'ok', verified_at = now() WHERE id = $1`, [tenantId]);
    return { action: 'start', entity: 'import', entityId: await send('POST', `/tenants/${tenantId}/integrator/run`) };
  },
  'POST /api/v1/tokens': async () => ({
    action: 'create',
    entity: 'token',
    entityId: await send('POST', '/tokens', { name: 'n', role: 'viewer', psaInstanceId }),
  }),
  'DELETE /api/v1/tokens/{id}': async () => {
    const id = await send('POST', '/tokens', { name: 'n', role: 'viewer', psaInstanceId });
    await send('DELETE', `/tokens/${id}`);
    return { action: 'revoke', entity: 'token', entityId: id };
  },
  'PUT /api/v1/agents': async () => {
    await send('PUT', '/agents', { psaInstanceId, agentId: '3', role: 'operator' });
    return { action: 'grant', entity: 'agent', entityId: '3' };
  },
  'DELETE /api/v1/session': async () => {
    const { browser, id } = await signedIn();
    await browser.page('DELETE', '/session');
    return { action: 'sign_out', entity: 'session', entityId: id, actorKind: 'person', psaInstanceId: null };
  },
  'DELETE /api/v1/sessions/{id}': async () => {
    const { id } = await signedIn();
    await send('DELETE', `/sessions/${id}`);
    return { action: 'end', entity: 'session', entityId: id, psaInstanceId: null };
  },
  'POST /webhooks/halo/{psaInstanceId}': async () => {
    await endAll();
    const { body } = await app.api<{ webhookSecret: string }>('POST', `/psa-instances/${psaInstanceId}/webhook-secret`);
    const answer = await app.app.inject({
      method: 'POST',
      url: `/webhooks/halo/${psaInstanceId}`,
      headers: { 'x-isthmus-secret': body.webhookSecret },
      payload: { event: 'import.all', tenant: tenantId },
    });
    const { imports } = answer.json<{ imports: { importId: string }[] }>();
    return { action: 'start', entity: 'import', entityId: imports[0]?.importId ?? '', actorKind: 'webhook' };
  },
};

/** Somebody who signed in with a link, and their session's id. */
async function signedIn(): Promise<{ browser: Browser; id: string }> {
  const browser = await new Browser(app).signIn();
  const [session] = await app.database.dataSource.manager.find(Session, { order: { startedAt: 'DESC' }, take: 1 });
  return { browser, id: session?.id ?? '' };
}

describe('every route that changes something', () => {
  it('leaves a line that says who did what to which record', async () => {
    const document = (await app.call(app.owner, 'GET', '/openapi.json')).json<{ paths: Record<string, Record<string, unknown>> }>();
    const changing = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations)
        .filter((method) => method !== 'get')
        .map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(changing.filter((name) => !(name in ROUTES) && !(name in NOTHING_TO_NOTE))).toEqual([]);
    expect([...Object.keys(ROUTES), ...Object.keys(NOTHING_TO_NOTE)].filter((name) => !changing.includes(name))).toEqual([]);

    const { manager } = app.database.dataSource;
    const [{ id: tokenId }] = (await sql(`SELECT id FROM api_tokens WHERE role = 'owner'`)) as [{ id: string }];
    for (const [name, change] of Object.entries(ROUTES)) {
      const expected = await change();
      const [last] = await manager.find(AuditLine, { order: { id: 'DESC' }, take: 1 });
      expect([name, last]).toMatchObject([name, { actorKind: 'token', psaInstanceId: expect.any(String) as unknown, ...expected }]);
      if (last?.actorKind === 'token') expect(last).toMatchObject({ actorId: tokenId, actorName: 'test' });
      expect([name, last?.requestId]).toEqual([name, expect.stringMatching(/^[\da-f-]{36}$/)]);
    }
  });

  it.each(Object.keys(NOTHING_TO_NOTE))('%s leaves none', async (name) => {
    const count = (): Promise<number> => app.database.dataSource.manager.count(AuditLine);
    const before = await count();
    const path = name.replace('POST /api/v1', '').replace('{id}', name.includes('psa') ? psaInstanceId : tenantId);
    await send('POST', path, path === '/tenants/verify' ? app.sandbox.credentials.marketplace : undefined);
    expect(await count()).toBe(before);
  });
});
