import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Change } from '../../entities/index.js';
import { expectedOf, keyedLicences, standing, type Before, type Expected } from './expected.js';
import { rowsWritten } from './rows-written.js';
import { stage, type Ran, type Stage } from './stage.js';

/** The sandboxes at their default size: 900 customers, 550 live and 1,056 removed subscriptions. */
describe('An import of everything', () => {
  let on: Stage;
  let preview: Ran;
  let first: Ran;
  let second: Ran;
  let written: Record<string, number>;
  let before: Before;
  let afterPreview: Before;
  let after: Before;
  let expected: Expected;
  let writes: object[];
  let phases: { phase: string; done: number; total: number | null }[];
  let previewCalls: string[];

  beforeAll(async () => {
    on = await stage({ customers: 900, subscriptions: 550, asInService: true });
    const { dataSource } = on.database;
    await dataSource.query(`CREATE TABLE told (id serial, import_id uuid, phase text, done int, total int)`);
    await dataSource.query(
      `CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO told (import_id, phase, done, total) VALUES (NEW.id, NEW.phase, NEW.progress_done, NEW.progress_total); RETURN NEW; END'`,
    );
    await dataSource.query(`CREATE TRIGGER tell AFTER UPDATE ON imports FOR EACH ROW EXECUTE FUNCTION tell()`);
    before = standing(on.sandbox);
    writes = [on.sandbox.psa.writes()];
    preview = await on.run({ preview: true });
    previewCalls = on.sandbox.kernel.calls
      .all()
      .filter((call) => call.vendor === 'psa' && call.method !== 'GET')
      .map((call) => call.path);
    afterPreview = standing(on.sandbox);
    writes.push(on.sandbox.psa.writes());
    const { now } = on.deps;
    let looks = 0;
    // By its own clock it takes so long that every phase can be seen.
    on.deps.now = () => now() + (looks += 1) * 1000;
    first = await on.run();
    on.deps.now = now;
    writes.push(on.sandbox.psa.writes());
    phases = (await dataSource.query(`SELECT phase, done, total FROM told WHERE import_id = $1 ORDER BY id`, [
      first.row.id,
    ])) as typeof phases;
    after = standing(on.sandbox);
    expected = expectedOf(on.sandbox, before, after);
    written = await rowsWritten(dataSource, async () => (second = await on.run()));
    writes.push(on.sandbox.psa.writes());
  }, 120_000);
  afterAll(() => on.close());

  it('writes nothing to the PSA as a preview, not even by asking', () => {
    expect(preview.row.state).toBe('succeeded_with_skips');
    expect(afterPreview).toEqual(before);
    expect(writes[1]).toEqual(writes[0]);
    expect(previewCalls.filter((path) => !path.startsWith('/auth/token'))).toEqual([]);
    expect(preview.changes.every((change) => change.state === 'planned' && change.attempt === 1)).toBe(true);
  });

  it('does exactly what the preview listed', () => {
    const named = (change: Change): object => ({
      entity: change.entity,
      action: change.action,
      customerId: change.customerId,
      subscriptionId: change.subscriptionId,
      line: change.line,
      before: change.before,
    });
    expect(first.changes.map(named)).toEqual(preview.changes.map(named));
    first.changes.forEach((change, at) => {
      const listed = preview.changes[at]!.after;
      // Ids of what did not exist then are told by the PSA alone.
      const same = Object.keys(listed).filter((field) => !(listed[field] === null && (field === 'client_id' || field === 'site_id')));
      expect(Object.fromEntries(same.map((field) => [field, change.after[field]]))).toEqual(
        Object.fromEntries(same.map((field) => [field, listed[field]])),
      );
    });
    const reasons = ({ skips }: Ran): string[] =>
      skips.map((skip) => `${skip.entity} ${skip.marketplaceId} ${skip.line} ${skip.reason}`).toSorted();
    expect(reasons(first)).toEqual(reasons(preview));
    expect(first.row.counts).toEqual(preview.row.counts);
  });

  it('leaves exactly one licence for each live product line of a mapped client', () => {
    const fields = Object.keys([...expected.licences.values()][0]!);
    const there = keyedLicences(after, fields);
    expect([...there.keys()].toSorted()).toEqual([...expected.licences.keys()].toSorted());
    for (const [key, licence] of expected.licences) expect(there.get(key)).toEqual(licence);
    expect(expected.licences.size).toBeGreaterThan(400);
  });

  it('leaves what was there before as it was, to the last byte', () => {
    const were = (kind: keyof Before): unknown[] => {
      const ids = new Set(before[kind].map((row) => row['id']));
      return after[kind].filter((row) => ids.has(row['id']));
    };
    expect(JSON.stringify(were('licences'))).toBe(JSON.stringify(before.licences));
    expect(JSON.stringify(were('clients'))).toBe(JSON.stringify(before.clients));
    expect(JSON.stringify(were('sites'))).toBe(JSON.stringify(before.sites));
    expect(after.licences.length).toBe(before.licences.length + expected.licences.size);
  });

  it('creates one client with its key for each customer that no client is like, and no other', () => {
    const created = after.clients.filter((client) => !before.clients.some((old) => old['id'] === client['id']));
    expect(
      new Map(created.map((client) => [client['ref'], client['ref'] === null ? '' : expected.clients.has(String(client['ref']))])),
    ).toEqual(new Map([...expected.clients.keys()].map((key) => [key, true])));
    expect(created.length).toBe(expected.clients.size);
    expect(after.sites.length).toBe(before.sites.length + created.length);
  });

  it('accounts for every line by a licence or by a skip with the right reason', () => {
    const subscriptions = first.skips.filter((skip) => skip.entity === 'subscription');
    expect(
      new Map(
        subscriptions.map((skip) => [
          skip.line === null ? skip.marketplaceId : `${skip.marketplaceId} ${skip.line}`,
          skip.reason as string,
        ]),
      ),
    ).toEqual(expected.skips);
    expect(subscriptions.length).toBe(expected.skips.size);
    const customers = first.skips.filter((skip) => skip.entity === 'customer');
    expect(new Map(customers.map((skip) => [skip.marketplaceId, skip.reason as string]))).toEqual(expected.unmapped);
    expect(first.skips.every((skip) => skip.detail.endsWith('.') || skip.detail.endsWith(')'))).toBe(true);
  });

  it('writes nothing the second time, and plans nothing', () => {
    expect(writes[3]).toEqual(writes[2]);
    expect(standing(on.sandbox)).toEqual(after);
    expect(second.changes).toEqual([]);
    expect(second.row).toMatchObject({
      state: 'succeeded_with_skips',
      counts: {
        clients: { created: 0, updated: 0, linked: 0, unchanged: 900 - expected.unmapped.size },
        licences: { created: 0, updated: 0, rekeyed: 0, unchanged: expected.licences.size },
        failed: 0,
        skipped: first.skips.length,
      },
    });
  });

  it('writes no row the second time but its own: what it had created stands as the lists show it', () => {
    // Its turns are counted in the budget; what it told is this test's own.
    expect(Object.keys(written).toSorted()).toEqual(['imports', 'psa_budgets', 'settled_plans', 'shown_pages', 'skips', 'told']);
    expect([written['settled_plans'], written['shown_pages']]).toEqual([1, 1]);
    expect(written['skips']).toBe(second.skips.length);
  });

  it('counts what it did', () => {
    expect(first.row).toMatchObject({
      state: 'succeeded_with_skips',
      phase: 'done',
      attempt: 1,
      error: null,
      remarks: [],
      counts: {
        clients: { created: expected.clients.size, updated: 0, linked: 900 - expected.unmapped.size - expected.clients.size, unchanged: 0 },
        licences: { created: expected.licences.size, updated: 0, rekeyed: 0, deactivated: 0, reactivated: 0, unchanged: 0 },
        skipped: expected.skips.size + expected.unmapped.size,
        held: 0,
        failed: 0,
      },
    });
    expect(first.row.finishedAt!.getTime()).toBeGreaterThanOrEqual(first.row.startedAt!.getTime());
  });

  it('counts its calls, and makes few', () => {
    const calls = on.sandbox.kernel.calls;
    expect(preview.row.callsMarketplace + first.row.callsMarketplace + second.row.callsMarketplace).toBe(calls.count('marketplace'));
    expect(preview.row.callsPsa + first.row.callsPsa + second.row.callsPsa).toBe(calls.count('psa'));
    const details = calls.all().filter((call) => call.vendor === 'marketplace' && /^\/subscriptions\/\d+$/.test(call.path)).length;
    const live = on.sandbox.marketplace.world.subscriptions.newestFirst().filter((row) => row.status === 'active' || row.status === 'hold');
    // Each live subscription once, in the preview; the others read none.
    expect(details).toBe(live.length);
    expect(second.row.callsMarketplace).toBeLessThan(40);
    expect(second.row.callsPsa).toBeLessThan(20);
    expect(first.row.callsPsa).toBeLessThan(70);
  });

  it('shows how far it is', () => {
    const order = ['marketplace', 'psa', 'plan', 'apply', 'done'];
    const seen = phases.map(({ phase }) => phase);
    for (const phase of order) expect(seen).toContain(phase);
    const last = phases.filter(({ phase }) => phase === 'apply').at(-1)!;
    expect(last).toEqual({ phase: 'apply', done: first.changes.length, total: first.changes.length });
    for (const { done, total } of phases) expect(total === null || (done >= 0 && done <= total)).toBe(true);
    const applied = phases.filter(({ phase }) => phase === 'apply').map(({ done }) => done);
    expect(applied).toEqual(applied.toSorted((a, b) => a - b));
  });

  it('keeps its changes with what the PSA shows after them', () => {
    expect(first.changes.every((change) => change.state === 'applied' && change.settledAt !== null && change.psaId !== null)).toBe(true);
    const byId = new Map(after.licences.map((licence) => [String(licence['id']), licence]));
    for (const change of first.changes.filter((one) => one.entity === 'licence')) {
      const licence = byId.get(change.psaId!)!;
      expect(change.before).toBeNull();
      expect(change.after).toMatchObject({
        count: licence['count'],
        name: licence['name'],
        snowid: licence['snowid'],
        client_id: String(licence['client_id']),
        purchase_price: String(licence['purchase_price']),
      });
    }
  });

  it('links every line to its licence, and maps every customer that has a client', async () => {
    const links = await on.links();
    const keys = new Map(after.licences.map((licence) => [String(licence['id']), licence['snowid']]));
    expect(links.map((link) => keys.get(link.licenceId!)).toSorted()).toEqual([...expected.licences.keys()].toSorted());
    const mappings = await on.mappings();
    expect(mappings.filter((mapping) => mapping.state === 'mapped').length).toBe(900 - expected.unmapped.size);
    expect(mappings.filter((mapping) => mapping.origin === 'created').length).toBe(expected.clients.size);
  });

  it('keeps a row of history for every line it read, once', async () => {
    const rows = (await on.database.dataSource.query(
      `SELECT subscription_id, line, quantity::text, unit_cost::text, cost_currency FROM subscription_history`,
    )) as { subscription_id: string; line: string; quantity: string; unit_cost: string; cost_currency: string }[];
    const live = on.sandbox.marketplace.world.subscriptions.newestFirst().filter((row) => row.status === 'active' || row.status === 'hold');
    expect(rows.length).toBe(live.reduce((sum, row) => sum + (row.products?.length ?? 0), 0));
    const kept = new Map(rows.map((row) => [`${row.subscription_id} ${row.line}`, row]));
    const single = live.filter((row) => row.products?.length === 1);
    for (const row of single) {
      const [line] = row.products!;
      const history = kept.get(`${row.id} ${line!.mpn}`)!;
      expect([Number(history.quantity), Number(history.unit_cost), history.cost_currency]).toEqual([
        line!.quantity,
        Number(line!.unitCost!.amount),
        line!.unitCost!.currency,
      ]);
    }
  });
});
