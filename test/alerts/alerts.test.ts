import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { IntegratorSlot, Mapping, PsaInstance, Skip, Tenant, type Import } from '../../entities/index.js';
import { factsOf } from '../../src/alerts/facts.js';
import { noCounts } from '../../src/imports/store/import-row.js';
import type { PsaSwitches } from '../../src/sandbox/index.js';
import { ALERT_TYPE, alertStage, type AlertStage } from './stage.js';

const FAILED: Partial<Import> = {
  state: 'failed',
  error: { actor: 'vendor', code: 'marketplace_server', message: 'The marketplace answered with an error.' },
};
const GOOD: Partial<Import> = { state: 'succeeded' };

let on: AlertStage;
beforeEach(async () => {
  on = await alertStage();
});
afterEach(() => on.close());

const manager = () => on.database.dataSource.manager;

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

/** Each condition: how a tenant comes into it, what its ticket says, and how it ends. */
const CONDITIONS: [string, { begins: () => Promise<unknown>; says: RegExp[]; ends: () => Promise<unknown> }][] = [
  [
    'import_failed',
    {
      begins: () => on.ended(FAILED),
      says: [/The import of “Reseller” failed/, /The marketplace answered with an error\./, /What to do: nothing at first/],
      ends: () => on.ended(GOOD),
    },
  ],
  [
    'import_held',
    {
      begins: () => on.ended({ state: 'needs_approval', counts: { ...noCounts(), held: 7 } }),
      says: [/waits for approval/, /holds 7 changes back/, /What to do: look at the held changes.*Approve/],
      ends: async () => manager().query(`UPDATE imports SET state = 'succeeded'`),
    },
  ],
  [
    'credentials_refused',
    {
      begins: () => on.ended({ ...FAILED, error: { actor: 'configuration', code: 'marketplace_credentials', message: 'Rejected.' } }),
      says: [/The marketplace refuses the credentials of “Reseller”/, /What to do: .*user name, password and key.*verify/],
      ends: () => manager().update(Tenant, { id: on.tenant.id }, { verifiedAt: new Date() }),
    },
  ],
  [
    'run_missed',
    {
      begins: async () => {
        await manager().update(Tenant, { id: on.tenant.id }, { integrator: { ...on.tenant.integrator, enabled: true } });
        const slot = { tenantId: on.tenant.id, slot: '2026-03-01', dueAt: new Date(), state: 'left_alone' as const };
        await manager().insert(IntegratorSlot, { ...slot, note: 'The tenant was never verified.' });
      },
      says: [/The daily import of “Reseller” did not run/, /never verified/, /What to do: .*do what the reason says/],
      ends: () => manager().insert(IntegratorSlot, { tenantId: on.tenant.id, slot: '2026-03-02', dueAt: new Date(), state: 'started' }),
    },
  ],
  [
    'mappings_waiting',
    {
      begins: async () => {
        await on.customer('C1', 'Contoso');
        await manager().insert(Mapping, { tenantId: on.tenant.id, customerId: 'C1', state: 'suggested' });
      },
      says: [/waits for a mapping/, /“Contoso” \(a client is only alike\)/, /What to do: map each/],
      ends: () => manager().update(Mapping, { customerId: 'C1' }, { state: 'mapped', clientId: '12' }),
    },
  ],
];

describe('A condition that needs a person', () => {
  it.each(CONDITIONS)(
    '%s opens one ticket that says what to do, and is closed when it is over',
    async (condition, { begins, says, ends }) => {
      // given
      await begins();
      // when
      await on.reconcile();
      await on.reconcile();
      // then
      const [ticket, ...others] = on.tickets();
      expect(others).toEqual([]);
      expect(ticket).toMatchObject({ client_id: Number(on.clientId), tickettype_id: Number(ALERT_TYPE), status_id: 1 });
      for (const words of says) expect(`${String(ticket!['summary'])} ${String(ticket!['details_html'])}`).toMatch(words);
      expect(ticket!['details_html']).toContain('<a href="https://isthmus.example.com">');
      expect(await on.rows()).toEqual([expect.objectContaining({ condition, ticketId: String(ticket!['id']), closedAt: null })]);
      // when
      await ends();
      await on.reconcile();
      // then
      expect(on.tickets()).toEqual([expect.objectContaining({ status_id: 9 })]);
      expect(await on.notes(ticket!['id'])).toEqual([expect.stringContaining('This is over.')]);
      expect(await on.rows()).toEqual([expect.objectContaining({ closedAt: expect.any(Date), ticketClosedAt: expect.any(Date) })]);
      // and it costs no calls to leave it so
      const calls = on.calls().length;
      await on.reconcile();
      expect(on.calls()).toHaveLength(calls);
    },
  );

  it('that comes back after its end opens a new ticket', async () => {
    await on.ended(FAILED);
    await on.reconcile();
    await on.ended(GOOD);
    await on.reconcile();
    await on.ended(FAILED);
    await on.reconcile();
    expect(on.tickets().map((ticket) => ticket['status_id'])).toEqual([9, 1]);
  });

  it('is told once for each of two tenants', async () => {
    const other = await on.addTenant({ name: 'Second' });
    await on.ended(FAILED);
    await on.ended({ ...FAILED, tenantId: other.id });
    await on.alerts.reconcileAll(new AbortController().signal);
    expect(on.tickets().map((ticket) => String(ticket['summary']).replace(/^\[.*?\] /, ''))).toEqual([
      'The import of “Reseller” failed',
      'The import of “Second” failed',
    ]);
  });

  it('is over for a tenant that is archived', async () => {
    await on.ended(FAILED);
    await on.reconcile();
    await manager().update(Tenant, { id: on.tenant.id }, { archivedAt: new Date() });
    await on.alerts.reconcileAll(new AbortController().signal);
    expect(on.tickets()).toEqual([expect.objectContaining({ status_id: 9 })]);
  });

  it('names customers that no import will ever place', async () => {
    await manager().update(Tenant, { id: on.tenant.id }, { clientImport: { ...on.tenant.clientImport, createUnmatched: false } });
    await on.customer('C1', 'Contoso');
    await on.customer('C2', 'Fabrikam');
    const { id: importId } = await on.ended({ state: 'succeeded_with_skips' });
    const skip = { importId, entity: 'customer' as const, reason: 'unmapped_customer' as const, detail: 'Creating is off.' };
    await manager().insert(Skip, { ...skip, marketplaceId: 'C1' });
    await on.reconcile();
    expect(on.tickets()).toEqual([expect.objectContaining({ details_html: expect.stringContaining('1 customer waits') })]);
    expect(on.tickets()[0]!['details_html']).toContain('“Contoso” (no client found)');
  });

  it('shows names and messages as text, whatever they hold', async () => {
    await manager().update(Tenant, { id: on.tenant.id }, { name: '<b onclick="x()">A&B</b>' });
    await on.ended({ ...FAILED, error: { actor: 'vendor', code: 'x', message: `<script>alert('1')</script>` } });
    await on.reconcile();
    const [ticket] = on.tickets();
    expect(ticket!['details_html']).toContain('&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;');
    expect(ticket!['details_html']).toContain('&lt;b onclick=&quot;x()&quot;&gt;A&amp;B&lt;/b&gt;');
    expect(`${String(ticket!['summary'])}${String(ticket!['details_html'])}`).not.toMatch(/<(script|b)\b/);
  });
});

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
    await manager().update(PsaInstance, { id: on.psaInstance.id }, { alertTicketTypeId: '999' });
    await on.ended(FAILED);
    await on.reconcile();
    expect(JSON.stringify(on.warnings)).toContain('Please select a valid Ticket Type');
    await manager().update(PsaInstance, { id: on.psaInstance.id }, { alertTicketTypeId: ALERT_TYPE });
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
