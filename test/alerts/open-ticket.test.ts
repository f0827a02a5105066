import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Mapping } from '../../entities/index.js';
import { alertStage, FAILED, type AlertStage } from './stage.js';

let on: AlertStage;
beforeEach(async () => {
  on = await alertStage();
});
afterEach(() => on.close());

const manager = () => on.database.dataSource.manager;

/** Customers that wait for a mapping. */
const waiting = async (...names: string[]): Promise<void> => {
  for (const name of names) {
    await on.customer(name, name);
    await manager().insert(Mapping, { tenantId: on.tenant.id, customerId: name, state: 'ambiguous' });
  }
};
const decide = (name: string) => manager().update(Mapping, { customerId: name }, { state: 'ignored' });
const only = (): unknown => {
  expect(on.tickets()).toHaveLength(1);
  return on.tickets()[0]!['id'];
};

describe('A ticket that is open', () => {
  it('hears nothing of the same failure again', async () => {
    await on.ended(FAILED);
    await on.reconcile();
    await on.backdate('2 days');
    await on.ended(FAILED);
    await on.reconcile();
    expect(await on.notes(only())).toEqual([]);
  });

  it('gets a note at once when it got worse, and once', async () => {
    await waiting('Contoso');
    await on.reconcile();
    await waiting('Fabrikam');
    await on.reconcile();
    await on.reconcile();
    expect(await on.notes(only())).toEqual([expect.stringContaining('2 customers wait')]);
  });

  it('gets a note of what changed otherwise no sooner than after a day', async () => {
    await waiting('Contoso', 'Fabrikam');
    await on.reconcile();
    await decide('Contoso');
    await on.reconcile();
    expect(await on.notes(only())).toEqual([]);
    await on.backdate('25 hours');
    await on.reconcile();
    expect(await on.notes(only())).toEqual([expect.stringMatching(/1 customer waits.*Fabrikam/)]);
  });

  it('gets a note once although the answer to the first was lost', async () => {
    await waiting('Contoso');
    await on.reconcile();
    await waiting('Fabrikam');
    on.sandbox.kernel.faults.add({ vendor: 'psa', method: 'POST', path: '^/api/Actions', reset: true, afterHandling: true });
    await on.reconcile();
    await on.reconcile();
    await on.reconcile();
    expect(await on.notes(only())).toHaveLength(1);
  });

  it('is left alone once a person closed it, until something new happens', async () => {
    await waiting('Contoso');
    await on.reconcile();
    await on.closeByHand(only());
    await on.backdate('3 days');
    await on.reconcile();
    expect(on.tickets()).toHaveLength(1);
    await waiting('Fabrikam');
    await on.reconcile();
    await on.reconcile();
    expect(on.tickets().map((ticket) => ticket['status_id'])).toEqual([9, 1]);
    expect((await on.rows()).map(({ closedAt }) => closedAt === null)).toEqual([false, true]);
  });

  it('that a person closed is not touched when the condition ends', async () => {
    await waiting('Contoso');
    await on.reconcile();
    await on.closeByHand(only());
    await decide('Contoso');
    await on.reconcile();
    expect(await on.notes(only())).toEqual([]);
    expect(await on.rows()).toEqual([expect.objectContaining({ ticketClosedAt: expect.any(Date) })]);
  });
});
