import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Mapping } from '../../entities/index.js';
import { alertStage, type AlertStage } from './stage.js';

let on: AlertStage;
beforeEach(async () => {
  on = await alertStage();
});
afterEach(() => on.close());

const manager = () => on.database.dataSource.manager;

const waiting = async (name: string): Promise<void> => {
  await on.customer(name, name);
  await manager().insert(Mapping, { tenantId: on.tenant.id, customerId: name, state: 'ambiguous' });
};

/** The ticket of the alert is there no more, and a person's has its number: the address is that of another HaloPSA, or this one was set up anew. */
const anotherHalo = async (): Promise<unknown> => {
  const [ours] = on.tickets();
  on.sandbox.reset();
  await on.ticketByHand('Printer on fire');
  const [theirs] = on.tickets();
  expect(theirs!['id']).toBe(ours!['id']);
  return theirs!['id'];
};

describe('A ticket of somebody else that has the number of ours', () => {
  beforeEach(async () => {
    await waiting('Contoso');
    await on.reconcile();
  });

  it('is neither closed nor written to when the condition ends', async () => {
    const theirs = await anotherHalo();
    await manager().update(Mapping, { customerId: 'Contoso' }, { state: 'ignored' });
    await on.reconcile();
    expect(on.tickets()).toEqual([expect.objectContaining({ summary: 'Printer on fire', status_id: 1 })]);
    expect(await on.notes(theirs)).toEqual([]);
    expect(await on.rows()).toEqual([expect.objectContaining({ ticketClosedAt: expect.any(Date) })]);
  });

  it('hears no news: they get a ticket of their own', async () => {
    const theirs = await anotherHalo();
    await waiting('Fabrikam');
    await on.reconcile();
    await on.reconcile();
    expect(await on.notes(theirs)).toEqual([]);
    expect(on.tickets().map((ticket) => ticket['summary'])).toEqual([
      'Printer on fire',
      expect.stringContaining('Customers of “Reseller” wait for a mapping'),
    ]);
  });
});
