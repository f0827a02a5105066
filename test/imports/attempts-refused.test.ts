import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Tenant } from '../../entities/index.js';
import { whyLeftAlone } from '../../src/integrator/left-alone.js';
import { REFUSALS_BEFORE_PAUSE } from '../../src/integrator/pause.js';
import { begin } from './halted.js';
import { marketplaceIsDown, queueAs, row, sql } from './rows.js';
import { stage, type Stage } from './stage.js';

const SIZE = { customers: 12, subscriptions: 9 };

describe('After an attempt that did not end its import', () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage(SIZE);
  });
  beforeEach(() => on.reset(SIZE));
  afterAll(() => on.close());

  const tenant = (): Promise<Tenant> => on.database.dataSource.getRepository(Tenant).findOneByOrFail({ id: on.tenant.id });

  describe('whose credentials were refused', () => {
    const refuse = {
      marketplace: () =>
        on.sandbox.kernel.faults.add({
          vendor: 'marketplace',
          method: 'POST',
          path: '^/token',
          times: 0,
          status: 401,
          body: { error: 'No.' },
        }),
      psa: () =>
        on.sandbox.kernel.faults.add({
          vendor: 'psa',
          method: 'POST',
          path: '^/auth/token',
          times: 0,
          status: 400,
          body: { error: 'invalid_client' },
        }),
    };

    it.each(['marketplace', 'psa'] as const)(
      'by %s, its tenant is paused after a few in a row, and told why and what to do',
      async (vendor) => {
        refuse[vendor]();
        for (let nth = 1; nth <= REFUSALS_BEFORE_PAUSE; nth += 1) {
          expect(await tenant()).toMatchObject({ refusals: nth - 1, pausedAt: null });
          const id = await queueAs(on, nth === 1 ? 'manual' : 'integrator');
          expect(await begin(on.deps, id)).toBeUndefined();
          expect(await row(on, id)).toMatchObject({
            state: 'failed',
            attempt: 1,
            error: {
              actor: 'configuration',
              code: `${vendor}_credentials`,
              message: expect.stringMatching(/\. Correct the credentials for /) as unknown,
            },
          });
        }
        const paused = await tenant();
        expect(paused).toMatchObject({ refusals: REFUSALS_BEFORE_PAUSE, pausedAt: expect.any(Date) as unknown });
        expect(paused.pausedWhy).toMatch(
          vendor === 'psa'
            ? /^HaloPSA refused the credentials of 3 imports.*client id and secret.*verifying it.*ends the pause/
            : /^The marketplace refused the credentials of 3 imports.*password/,
        );
        const seen = { ...paused, integrator: { ...paused.integrator, enabled: true } };
        expect(whyLeftAlone(seen, on.psaInstance)).toContain(paused.pausedWhy);
      },
    );

    it('one that succeeds begins the count anew', async () => {
      const fault = refuse.marketplace();
      await on.run();
      await on.run();
      on.sandbox.kernel.faults.remove(fault.id!);
      expect((await on.run()).row.state).toBe('succeeded_with_skips');
      expect(await tenant()).toMatchObject({ refusals: 0, pausedAt: null });
    });

    it('one that succeeds ends the pause that they led to', async () => {
      const fault = refuse.marketplace();
      for (let nth = 0; nth <= REFUSALS_BEFORE_PAUSE; nth += 1) await on.run();
      expect(await tenant()).toMatchObject({ pausedAt: expect.any(Date) as unknown });
      on.sandbox.kernel.faults.remove(fault.id!);
      await on.run();
      expect(await tenant()).toMatchObject({ refusals: 0, pausedAt: null, pausedWhy: null });
      const who = 'SELECT action, actor_kind, entity, entity_id, psa_instance_id FROM audit ORDER BY id DESC LIMIT 2';
      const line = { actor_kind: 'integrator', entity: 'tenant', entity_id: on.tenant.id, psa_instance_id: on.psaInstance.id };
      expect(await sql(on, who)).toEqual([
        { action: 'resume', ...line },
        { action: 'pause', ...line },
      ]);
    });

    it('neither they nor a success touch the pause that a person made', async () => {
      await sql(on, `UPDATE tenants SET paused_at = '2026-01-02T03:04:05Z', paused_why = 'Moving house.' WHERE id = $1`, [on.tenant.id]);
      const mine = { pausedAt: new Date('2026-01-02T03:04:05Z'), pausedWhy: 'Moving house.', refusals: 0 };
      const fault = refuse.marketplace();
      for (let nth = 0; nth <= REFUSALS_BEFORE_PAUSE; nth += 1) await on.run();
      expect(await tenant()).toMatchObject(mine);
      on.sandbox.kernel.faults.remove(fault.id!);
      await on.run();
      expect(await tenant()).toMatchObject(mine);
    });

    it('a failure of another kind is not counted, and does not begin the count anew', async () => {
      const fault = refuse.marketplace();
      await on.run();
      on.sandbox.kernel.faults.remove(fault.id!);
      marketplaceIsDown(on);
      await on.run();
      expect(await tenant()).toMatchObject({ refusals: 1 });
    });
  });
});
