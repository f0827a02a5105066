import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Import } from '../../entities/index.js';
import { runImport } from '../../src/imports/run-import.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';

interface ImportJson {
  id: string;
  state: string;
  digest?: string;
  counts: { held: number };
}

describe('An approval', () => {
  let app: ConnectedApp;
  let psaInstanceId: string;
  let tenantId: string;
  let waiting: ImportJson;

  const show = async (): Promise<ImportJson> => (await app.api<ImportJson>('GET', `/imports/${waiting.id}`)).body;
  const approve = (): ReturnType<typeof app.api<ImportJson>> =>
    app.api('POST', `/imports/${waiting.id}/approve`, { digest: waiting.digest });
  /** Runs an import as a worker would. */
  const run = async (id: string): Promise<void> => {
    const { dataSource, connect, logger, clock } = app.services;
    const deps = { dataSource, connect, logger, now: () => clock.now(), sleep: () => Promise.resolve() };
    await runImport(deps, id, new AbortController().signal);
  };
  const imported = async (): Promise<ImportJson> => {
    const asked = await app.api<ImportJson>('POST', `/tenants/${tenantId}/imports`, { entities: ['customers', 'subscriptions'] });
    await run(asked.body.id);
    return (await app.api<ImportJson>('GET', `/imports/${asked.body.id}`)).body;
  };

  /** An import that holds three new clients back. */
  const held = async (name: string): Promise<ImportJson> => {
    for (let more = 1; more <= 3; more += 1) app.sandbox.marketplace.world.addCustomer({ name: `${name} ${more}` });
    const found = await imported();
    expect(found).toMatchObject({ state: 'needs_approval', counts: { held: expect.any(Number) } });
    return found;
  };

  beforeAll(async () => {
    app = await connectedApp();
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    app.sandbox.reset();
    psaInstanceId = await app.addPsaInstance();
    tenantId = await app.addTenant(psaInstanceId, { guard: { floor: 1, percent: 1 } });
    await imported();
    waiting = await held('Suddenly here');
  });

  it.each([
    ['a tenant that is switched off', () => app.api('PATCH', `/tenants/${tenantId}`, { enabled: false })],
    ['a PSA instance that is switched off', () => app.api('PATCH', `/psa-instances/${psaInstanceId}`, { enabled: false })],
  ])('for %s is refused, and what was held goes on waiting', async (_what, switchOff) => {
    expect((await switchOff()).status).toBe(200);
    const answer = await approve();
    expect([answer.status, await show()]).toEqual([409, expect.objectContaining({ state: 'needs_approval', counts: waiting.counts })]);
  });

  it('for a tenant that was archived starts nothing, though what was held can be discarded', async () => {
    expect((await app.api('DELETE', `/tenants/${tenantId}`)).status).toBe(204);
    expect((await approve()).status).toBe(404);
    expect((await show()).state).toBe('needs_approval');
    expect((await app.api('POST', `/imports/${waiting.id}/discard`)).status).toBe(200);
  });

  it('at the same moment as a discarding is the one or the other, and neither fails', async () => {
    const discard = (): ReturnType<typeof app.api> => app.api('POST', `/imports/${waiting.id}/discard`);
    for (let once = 1; once <= 5; once += 1) {
      const answers = await Promise.all([approve(), discard(), approve(), discard()]);
      const [made, ...refused] = answers.map(({ status }) => status).toSorted((a, b) => a - b);
      expect([[200, 202].includes(made!), ...refused]).toEqual([true, 409, 409, 409]);
      if (made === 202) await run(waiting.id);
      waiting = await held(`Time ${once}`);
    }
  });

  it('is not undone by a wish to cancel that came when the import was just about to wait', async () => {
    await app.database.dataSource.manager.update(Import, { id: waiting.id }, { cancelRequestedAt: new Date() });
    const there = app.sandbox.psa.clients().length;
    expect((await approve()).status).toBe(202);
    await run(waiting.id);
    expect((await show()).state).toMatch(/^succeeded/);
    expect(app.sandbox.psa.clients().length).toBe(there + 3);
  });
});
