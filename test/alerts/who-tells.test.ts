import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { IntegratorSlot, PsaInstance, Tenant } from '../../entities/index.js';
import { factsOf } from '../../src/alerts/facts.js';
import { ALERT_TYPE, alertStage, FAILED, GOOD, type AlertStage } from './stage.js';

let on: AlertStage;
beforeEach(async () => {
  on = await alertStage();
});
afterEach(() => on.close());

const manager = () => on.database.dataSource.manager;

describe('Who tells', () => {
  it('nobody where no ticket type and client are named', async () => {
    await on.ended(FAILED);
    for (const changes of [
      { alertClientId: null },
      { alertClientId: on.clientId, alertTicketTypeId: null },
      { alertTicketTypeId: ALERT_TYPE, enabled: false },
    ]) {
      await manager().update(PsaInstance, { id: on.psaInstance.id }, changes);
      await on.reconcile();
      await on.alerts.reconcileAll(new AbortController().signal);
    }
    expect(on.sandbox.kernel.calls.count('psa')).toBe(0);
    expect(await on.rows()).toEqual([]);
    expect(on.warnings).toEqual([]);
  });

  it('nobody while nothing needs a person', async () => {
    await on.ended(GOOD);
    await on.alerts.reconcileAll(new AbortController().signal);
    expect(on.sandbox.kernel.calls.count('psa')).toBe(0);
  });

  it('one of several at once', async () => {
    await on.ended(FAILED);
    await Promise.all(Array.from({ length: 5 }, () => on.alerts.reconcileAll(new AbortController().signal)));
    expect(on.tickets()).toHaveLength(1);
  });

  it('nobody while another process holds the lock, and the next time afterwards', async () => {
    await on.ended(FAILED);
    const runner = on.database.dataSource.createQueryRunner();
    const lock = [`isthmus alerts ${on.psaInstance.id}`];
    await runner.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', lock);
    await on.reconcile();
    expect(on.sandbox.kernel.calls.count('psa')).toBe(0);
    await runner.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', lock);
    await runner.release();
    await on.reconcile();
    expect(on.tickets()).toHaveLength(1);
  });
});

describe('a day that no process took', () => {
  it('is told of by the rule that processes go by: not once a day right after it was taken', async () => {
    const integrator = { ...on.tenant.integrator, enabled: true, at: '00:00', since: '2020-01-01T00:00:00Z' };
    const tenant = await manager().save(Tenant, { ...on.tenant, integrator });
    const now = new Date('2026-03-05T12:00:00Z');
    const untakenSince = async (): Promise<Date | null> => (await factsOf(manager(), tenant, on.psaInstance, now)).untakenSince;
    expect((await untakenSince())?.toISOString()).toMatch(/^2026-03-05T00:/);
    await manager().insert(IntegratorSlot, { tenantId: tenant.id, slot: '2026-03-06', dueAt: now, state: 'started' });
    expect(await untakenSince()).toBeNull();
  });
});
