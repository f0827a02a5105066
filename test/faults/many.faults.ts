import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/index.js';
import { psaState, twins } from './end-state.js';
import { scenario } from './figures.js';
import { type Answer, Installation } from './installation.js';
import { calmSandbox } from './lanes.js';
import type { Service } from './service.js';
import { until } from './until.js';

const WEBS = 4;
const REQUESTS = 20;
const ROUNDS = 5;
const WORKERS = 4;
const TENANTS = 100;

describe('With many processes on one database', () => {
  let sandbox: Sandbox;
  let installation: Installation;
  beforeAll(async () => {
    sandbox = await calmSandbox({ customers: 3, subscriptions: 3 });
    installation = await Installation.on(sandbox);
  });
  afterAll(async () => {
    await installation.close();
    await sandbox.close();
  });

  it(
    'twenty requests for one tenant at once start one import, and the others are told which',
    scenario('20 requests at once, 4 web processes', 'one 202, nineteen 409 with its id, one row, one job', async (tally) => {
      const webs = await Promise.all(Array.from({ length: WEBS }, () => installation.start('web')));
      const [web] = webs as [Service];
      await installation.connect(web);
      const path = `/tenants/${installation.tenantId}/imports`;
      for (let round = 0; round < ROUNDS; round += 1) {
        const answers = await Promise.all(
          Array.from({ length: REQUESTS }, (_request, at) =>
            installation.api<{ id: string; importId?: string }>(webs[at % WEBS] ?? web, 'POST', path, {
              entities: ['customers', 'subscriptions'],
            }),
          ),
        );
        const taken = answers.filter(({ status }) => status === 202);
        expect(taken).toHaveLength(1);
        const id = (taken[0] as Answer<{ id: string }>).body.id;
        const told = answers.filter(({ status, body }) => status === 409 && body.importId === id);
        expect(told).toHaveLength(REQUESTS - 1);
        const [jobs] = await installation.dataSource.query<{ count: number }[]>(
          `SELECT count(*)::int FROM pgboss.job WHERE data->>'importId' = $1`,
          [id],
        );
        expect(jobs?.count).toBe(1);
        expect((await installation.api(web, 'POST', `/imports/${id}/cancel`)).status).toBe(202);
        tally.runs += 1;
        tally.add('started', taken.length);
        tally.add('told', told.length);
      }
      const [rows] = await installation.dataSource.query<{ count: number }[]>(`SELECT count(*)::int FROM imports`);
      expect(rows?.count).toBe(ROUNDS);
      await Promise.all(webs.map((each) => each.kill()));
    }),
  );

  it(
    'a hundred tenants that are due at once are imported once each',
    scenario(
      '100 tenants due at once, 4 workers',
      'one slot, one import, one attempt each; no twin; later ticks start nothing',
      async (tally) => {
        const web = await installation.start('web');
        await installation.dataSource.query('DELETE FROM imports');
        const more = Array.from({ length: TENANTS - 1 }, (_tenant, at) => ({ name: `Reseller ${at}` }));
        for (const fields of more) await installation.addTenant(web, fields);
        // Due a quarter of an hour ago, further than they are spread over.
        const due = new Date(Date.now() - 15 * 60_000).toISOString().slice(11, 16);
        await installation.letIntegrate({ at: due, since: new Date(Date.now() - 2 * 86_400_000).toISOString() });

        await Promise.all(Array.from({ length: WORKERS }, () => installation.start('worker')));
        const states = await until(
          'the end of all imports',
          async () => {
            const rows = await installation.dataSource.query<{ state: string; attempt: number; tenant: string; slot: string }[]>(
              `SELECT state, attempt, tenant_id AS tenant, slot::text FROM imports WHERE trigger = 'integrator'`,
            );
            return rows.length >= TENANTS && rows.every(({ state }) => state !== 'queued' && state !== 'running') && rows;
          },
          150_000,
        );
        // Another worker looks at the schedules as it starts, and finds nothing due.
        const late = await installation.start('worker');
        late.signal('SIGTERM');
        expect((await late.ended).code).toBe(0);

        const [counts] = await installation.dataSource.query<{ slots: number; imports: number; tenants: number }[]>(
          `SELECT (SELECT count(*)::int FROM integrator_slots WHERE state = 'started') AS slots, count(*)::int AS imports, count(DISTINCT (tenant_id, slot))::int AS tenants FROM imports`,
        );
        expect(counts).toEqual({ slots: TENANTS, imports: TENANTS, tenants: TENANTS });
        expect(states.filter(({ state, attempt }) => !state.startsWith('succeeded') || attempt !== 1)).toEqual([]);
        expect(twins(sandbox)).toEqual([]);
        expect(psaState(sandbox).clients.length).toBeGreaterThan(0);
        tally.runs = TENANTS;
        tally.add('imports', states.length);
        tally.add('calls', sandbox.kernel.calls.count());
      },
    ),
  );
});
