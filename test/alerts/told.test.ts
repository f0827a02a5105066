import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { IntegratorSlot, Mapping, Skip, Tenant } from '../../entities/index.js';
import { noCounts } from '../../src/imports/store/import-row.js';
import { ALERT_TYPE, alertStage, FAILED, GOOD, type AlertStage } from './stage.js';

let on: AlertStage;
beforeEach(async () => {
  on = await alertStage();
});
afterEach(() => on.close());

const manager = () => on.database.dataSource.manager;

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

  it('is not over because clients alone were imported since: that says nothing of subscriptions', async () => {
    await on.ended(FAILED);
    await on.reconcile();
    await on.ended({ ...GOOD, entities: ['customers'] });
    await on.reconcile();
    expect(await on.rows()).toEqual([expect.objectContaining({ condition: 'import_failed', closedAt: null })]);
    await on.ended({ ...GOOD, entities: ['subscriptions'] });
    await on.reconcile();
    expect(await on.rows()).toEqual([expect.objectContaining({ closedAt: expect.any(Date) })]);
  });

  it('is over when clients alone were imported and subscriptions are not wanted any more', async () => {
    await on.ended(FAILED);
    await on.reconcile();
    const integrator = { ...on.tenant.integrator, enabled: true, subscriptions: false };
    await manager().update(Tenant, { id: on.tenant.id }, { integrator });
    await on.ended({ ...GOOD, entities: ['customers'] });
    await on.reconcile();
    expect(await on.rows()).toContainEqual(expect.objectContaining({ condition: 'import_failed', closedAt: expect.any(Date) }));
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
