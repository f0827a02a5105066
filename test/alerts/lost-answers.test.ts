import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PsaInstance } from '../../entities/index.js';
import type { PsaSwitches } from '../../src/sandbox/index.js';
import { ALERT_TYPE, alertStage, FAILED, GOOD, type AlertStage } from './stage.js';

let on: AlertStage;
beforeEach(async () => {
  on = await alertStage();
});
afterEach(() => on.close());

describe('Answers that are lost, and a HaloPSA that is down', () => {
  const down = { vendor: 'psa' as const, id: 'down', times: 0, status: 503, body: '' };

  it.each(['reset', 'cut'] as const)('a ticket whose answer was lost (%s) has no twin', async (how) => {
    await on.ended(FAILED);
    on.sandbox.kernel.faults.add({ vendor: 'psa', method: 'POST', path: '^/api/Tickets', [how]: true, afterHandling: true });
    await on.reconcile();
    expect(await on.rows()).toEqual([expect.objectContaining({ ticketId: null })]);
    expect(on.warnings).toHaveLength(1);
    await on.backdate('1 hour');
    await on.reconcile();
    await on.reconcile();
    expect(on.tickets()).toHaveLength(1);
    expect(await on.rows()).toEqual([expect.objectContaining({ ticketId: String(on.tickets()[0]!['id']) })]);
  });

  it.each<[string, Partial<PsaSwitches>]>([
    ['refuses an order', { orderParameter: 'refused' }],
    [
      'lists in another order each time',
      { unstableOrder: true, pageCaps: { client: 1000, site: 50, licence: 50, ticket: 2, other: 1000 } },
    ],
    ['does not say how many there are', { recordCount: 'absent' }],
    ['escapes summaries', { escapesHtml: true }],
    ['answers 200', { createStatus: 200 }],
  ])('also where HaloPSA %s', async (_how, switches) => {
    on.sandbox.psa.set(switches);
    for (const name of ['a', 'b', 'c', 'd', 'e']) await on.ticketByHand(name);
    await on.ended(FAILED);
    on.sandbox.kernel.faults.add({ vendor: 'psa', method: 'POST', path: '^/api/Tickets', reset: true, afterHandling: true });
    await on.reconcile();
    for (const name of ['f', 'g', 'h']) await on.ticketByHand(name);
    await on.backdate('1 hour');
    await on.reconcile();
    expect(on.tickets()).toHaveLength(9);
    expect(await on.rows()).toEqual([expect.objectContaining({ ticketId: String(on.tickets()[5]!['id']) })]);
  });

  it('a ticket whose answer was lost is closed, though it was not known before its end', async () => {
    await on.ended(FAILED);
    on.sandbox.kernel.faults.add({ vendor: 'psa', method: 'POST', path: '^/api/Tickets', reset: true, afterHandling: true });
    await on.reconcile();
    await on.ended(GOOD);
    await on.reconcile();
    expect(on.tickets()).toEqual([expect.objectContaining({ status_id: 9 })]);
  });

  it('a ticket that was not stored is made, but only once a late one could not appear any more', async () => {
    await on.ended(FAILED);
    on.sandbox.kernel.faults.add({ vendor: 'psa', method: 'POST', path: '^/api/Tickets', reset: true });
    await on.reconcile();
    await on.reconcile();
    expect(on.tickets()).toEqual([]);
    await on.backdate('3 minutes');
    await on.reconcile();
    expect(on.tickets()).toHaveLength(1);
  });

  it('nothing is lost while HaloPSA is down', async () => {
    await on.ended(FAILED);
    on.sandbox.kernel.faults.add(down);
    await on.reconcile();
    await on.backdate('1 hour');
    await on.reconcile();
    expect(await on.rows()).toEqual([expect.objectContaining({ condition: 'import_failed', closedAt: null, ticketId: null })]);
    expect(on.warnings.length).toBeGreaterThan(0);
    on.sandbox.kernel.faults.remove('down');
    await on.reconcile();
    expect(on.tickets()).toHaveLength(1);
    // and likewise at the end
    on.sandbox.kernel.faults.add(down);
    await on.ended(GOOD);
    await on.reconcile();
    expect(on.tickets()).toEqual([expect.objectContaining({ status_id: 1 })]);
    on.sandbox.kernel.faults.remove('down');
    await on.reconcile();
    expect(on.tickets()).toEqual([expect.objectContaining({ status_id: 9 })]);
  });

  it('a refusal is logged with what HaloPSA said, and tried again', async () => {
    await on.database.dataSource.manager.update(PsaInstance, { id: on.psaInstance.id }, { alertTicketTypeId: '999' });
    await on.ended(FAILED);
    await on.reconcile();
    expect(JSON.stringify(on.warnings)).toContain('Please select a valid Ticket Type');
    await on.database.dataSource.manager.update(PsaInstance, { id: on.psaInstance.id }, { alertTicketTypeId: ALERT_TYPE });
    await on.reconcile();
    expect(on.tickets()).toHaveLength(1);
  });

  it('what comes and goes while HaloPSA is down is not told', async () => {
    await on.ended(FAILED);
    on.sandbox.kernel.faults.add({ ...down, status: 429 });
    await on.reconcile();
    on.sandbox.kernel.faults.remove('down');
    await on.ended(GOOD);
    await on.reconcile();
    expect(on.tickets()).toEqual([]);
  });
});
