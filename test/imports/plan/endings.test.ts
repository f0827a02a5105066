import { describe, expect, it } from '@jest/globals';
import type { PlanInput } from '../../../src/imports/plan/input.js';
import { planImport } from '../../../src/imports/plan/plan.js';
import { client, customer, inputOf, line, mapped, plan, play, subscription, TODAY, world, type World } from './world.js';

/** Three subscriptions of a mapped customer, imported. */
function imported(): World {
  const state = world({
    customers: [customer('1', 'Contoso')],
    clients: [client('7', 'Contoso')],
    mappings: [mapped('1', '7')],
    subscriptions: [
      subscription('100', '1', [line('A')]),
      subscription('101', '1', [line('B')], { expirationDate: '2026-11-01' }),
      subscription('102', '1', [line('C'), line('D')]),
    ],
  });
  return play(state, plan(state));
}

const licenceOf = (state: World, subscriptionId: string, name: string): string =>
  state.links.find((link) => link.subscriptionId === subscriptionId && link.line === name)!.licenceId!;

function ended(state: World, subscriptionId: string, status: 'removed' | 'terminated' = 'removed'): World {
  const next = structuredClone(state);
  next.subscriptions.find((one) => one.subscriptionId === subscriptionId)!.status = status;
  return next;
}

const endings = { endings: true } as const;

describe('Ending licences', () => {
  it('makes the licence of an ended subscription inactive, with its status and end, in one change', () => {
    const state = ended(imported(), '101');
    expect(plan(state, endings).changes).toEqual([
      {
        entity: 'licence',
        action: 'deactivate',
        customerId: '1',
        subscriptionId: '101',
        line: 'B',
        psaId: licenceOf(state, '101', 'B'),
        before: { status: 'Active', is_active: true },
        fields: { status: 'Cancelled', is_active: false },
      },
    ]);
  });

  it('writes no end after today, whatever the record says', () => {
    const [change] = plan(ended(imported(), '100', 'terminated'), endings).changes;
    expect(change).toMatchObject({
      action: 'deactivate',
      before: { end_date: '2027-03-01' },
      fields: { is_active: false, end_date: TODAY },
    });
  });

  it('never happens in an import that may not end anything', () => {
    const made = plan(ended(imported(), '101'));
    expect(made.changes).toEqual([]);
    expect(made.skips).toContainEqual(expect.objectContaining({ marketplaceId: '101', reason: 'ended' }));
  });

  it('happens once', () => {
    const state = ended(imported(), '101');
    const done = play(state, plan(state, endings));
    expect(plan(done, endings).changes).toEqual([]);
  });

  it('is taken back when the subscription comes alive again', () => {
    const state = ended(imported(), '101');
    const done = play(state, plan(state, endings));
    done.subscriptions.find((one) => one.subscriptionId === '101')!.status = 'active';
    expect(plan(done, endings).changes).toEqual([
      expect.objectContaining({ action: 'reactivate', fields: expect.objectContaining({ status: 'Active', is_active: true }) }),
    ]);
  });

  it('asks for the record of what is listed as ended, and believes that', () => {
    const state = ended(imported(), '101');
    const unread: PlanInput = inputOf(state, { ...endings, readNow: new Set() });
    const asked = planImport(unread);
    expect(asked.needs.details).toContain('101');
    expect(asked.changes).toEqual([]);
    const alive = new Map(unread.details).set('101', { ...state.subscriptions[1]!, status: 'active' as const });
    expect(planImport({ ...unread, details: alive, readNow: new Set(['101']) }).changes).toEqual([]);
  });

  it('asks for what a complete list lacks, and ends it only when the marketplace knows no such id', () => {
    const state = imported();
    const lacking = inputOf(state, endings);
    const cut: PlanInput = {
      ...lacking,
      subscriptions: { ...lacking.subscriptions, rows: lacking.subscriptions.rows.filter((row) => row.subscriptionId !== '101') },
    };
    expect(planImport(cut).needs.details).toContain('101');
    expect(planImport({ ...cut, absent: new Map([['101', null]]) }).changes).toEqual([
      expect.objectContaining({ action: 'deactivate', subscriptionId: '101' }),
    ]);
    expect(planImport({ ...cut, absent: new Map([['101', state.subscriptions[1]!]]) }).changes).toEqual([]);
    expect(planImport({ ...cut, absent: new Map([['101', { id: '101', reason: 'cut' }]]) }).changes).toEqual([]);
  });

  it('ends nothing that an incomplete list lacks', () => {
    const lacking = inputOf(imported(), endings);
    const cut: PlanInput = {
      ...lacking,
      subscriptions: { ...lacking.subscriptions, rows: [], complete: false },
      absent: new Map([['101', null]]),
    };
    expect(planImport(cut).changes).toEqual([]);
  });

  it('ends the licence of a product that its subscription lost, and leaves the others', () => {
    const state = imported();
    const next = structuredClone(state);
    next.subscriptions[2]!.lines = next.subscriptions[2]!.lines.filter((one) => one.line !== 'D');
    expect(plan(next, endings).changes).toEqual([
      expect.objectContaining({ action: 'deactivate', subscriptionId: '102', line: 'D', psaId: licenceOf(state, '102', 'D') }),
    ]);
    expect(plan(next).skips).toContainEqual(expect.objectContaining({ marketplaceId: '102', line: 'D', reason: 'ended' }));
  });

  it('leaves a subscription without any product alone: the marketplace may only not say', () => {
    const state = imported();
    const next = structuredClone(state);
    next.subscriptions[0]!.lines = [];
    const made = plan(next, endings);
    expect(made.changes).toEqual([]);
    // And it names the licence that nothing stands behind any more.
    const psaId = licenceOf(state, '100', 'A');
    expect(made.skips).toContainEqual(expect.objectContaining({ marketplaceId: '100', line: 'A', reason: 'no_product', psaId }));
  });

  it('leaves a product alone that its subscription seems to have lost, while it shows one that nothing names', () => {
    const state = imported();
    const next = structuredClone(state);
    next.subscriptions[0]!.lines = [{ line: 'unnamed', quantity: 3 }];
    const made = plan(next, endings);
    expect(made.changes).toEqual([]);
    const psaId = licenceOf(state, '100', 'A');
    expect(made.skips).toContainEqual(expect.objectContaining({ marketplaceId: '100', line: 'A', reason: 'no_product', psaId }));
  });

  it('ends every licence of an ended subscription whose record shows no product any more', () => {
    const state = ended(imported(), '102');
    const licences = ['C', 'D'].map((name) => licenceOf(state, '102', name));
    state.subscriptions[2]!.lines = [];
    expect(plan(state, endings).changes).toEqual(
      ['C', 'D'].map((name, at) =>
        expect.objectContaining({ action: 'deactivate', subscriptionId: '102', line: name, psaId: licences[at] }),
      ),
    );
  });

  it('ends the licence of what the list lacks, too, when its own record shows the end and no product', () => {
    const state = imported();
    const lacking = inputOf(state, endings);
    const cut: PlanInput = {
      ...lacking,
      subscriptions: { ...lacking.subscriptions, rows: lacking.subscriptions.rows.filter((row) => row.subscriptionId !== '101') },
      absent: new Map([['101', { ...state.subscriptions[1]!, status: 'removed' as const, lines: [] }]]),
    };
    expect(planImport(cut).changes).toEqual([
      expect.objectContaining({ action: 'deactivate', subscriptionId: '101', psaId: licenceOf(state, '101', 'B') }),
    ]);
  });

  it('goes on with the licence of an ended subscription whose record shows no product any more', () => {
    const state = ended(imported(), '101');
    const licenceId = licenceOf(state, '101', 'B');
    state.subscriptions[1]!.lines = [];
    state.subscriptions.push(subscription('201', '1', [line('B')], { creationDate: '2026-11-02' }));
    expect(plan(state, endings).changes).toEqual([expect.objectContaining({ action: 'rekey', psaId: licenceId, subscriptionId: '201' })]);
  });

  it('keeps the licence that a renewal goes on with', () => {
    const state = ended(imported(), '101');
    const licenceId = licenceOf(state, '101', 'B');
    state.subscriptions.push(subscription('201', '1', [line('B')], { creationDate: '2026-11-02' }));
    const made = plan(state, endings);
    expect(made.changes).toEqual([expect.objectContaining({ action: 'rekey', psaId: licenceId, subscriptionId: '201' })]);
  });

  it('keeps the licence of what may be renewed, while a person decides', () => {
    const state = ended(imported(), '101');
    state.subscriptions.push(subscription('201', '1', [line('B')], { creationDate: '2026-11-20' }));
    const made = plan(state, endings);
    expect(made.changes).toEqual([]);
    expect(made.skips).toContainEqual(expect.objectContaining({ marketplaceId: '201', reason: 'successor' }));
  });

  it.each(['listed as ended', 'not listed any more'])(
    'tells a person of an active licence whose subscription is %s and whose customer is not shown',
    (how) => {
      const state = ended(imported(), '101');
      const input = inputOf({ ...state, customers: [] }, endings);
      const rows = input.subscriptions.rows.filter((row) => how === 'listed as ended' || row.subscriptionId !== '101');
      const made = planImport({ ...input, subscriptions: { ...input.subscriptions, rows } });
      expect(made.changes).toEqual([]);
      const psaId = licenceOf(state, '101', 'B');
      expect(made.skips).toContainEqual(expect.objectContaining({ marketplaceId: '101', line: 'B', reason: 'unknown_customer', psaId }));
    },
  );

  it.each(['listed as ended', 'not listed any more'])(
    'tells a person of two licences with one key, neither of which it ends, once their subscription is %s',
    (how) => {
      const state = ended(imported(), '101');
      const psaId = licenceOf(state, '101', 'B');
      const copy = { ...state.licences.find((one) => one.licenceId === psaId)!, licenceId: '5000' };
      const input = inputOf({ ...state, licences: [...state.licences, copy] }, endings);
      const rows = input.subscriptions.rows.filter((row) => how === 'listed as ended' || row.subscriptionId !== '101');
      const made = planImport({ ...input, subscriptions: { ...input.subscriptions, rows }, absent: new Map([['101', null]]) });
      expect(made.changes).toEqual([]);
      expect(made.skips).toContainEqual(expect.objectContaining({ marketplaceId: '101', line: 'B', reason: 'duplicate_key', psaId }));
    },
  );

  it('tells a person of an active licence with the key of what ended, whose own was deleted', () => {
    const state = ended(imported(), '101');
    const own = state.licences.find((one) => one.licenceId === licenceOf(state, '101', 'B'))!;
    state.licences.push({ ...own, licenceId: '5000' });
    own.deleted = true;
    const made = plan(state, endings);
    expect(made.changes).toEqual([]);
    expect(made.skips).toContainEqual(expect.objectContaining({ marketplaceId: '101', reason: 'duplicate_key', psaId: '5000' }));
  });

  it('ends neither of two licences with one key when their subscription lost the product', () => {
    const state = imported();
    const psaId = licenceOf(state, '102', 'D');
    state.licences.push({ ...state.licences.find((one) => one.licenceId === psaId)!, licenceId: '5000' });
    state.subscriptions[2]!.lines = state.subscriptions[2]!.lines.filter((one) => one.line !== 'D');
    const made = plan(state, endings);
    expect(made.changes).toEqual([]);
    expect(made.skips).toContainEqual(expect.objectContaining({ marketplaceId: '102', line: 'D', reason: 'duplicate_key', psaId }));
  });

  it('keeps the licence of a lost product while a person decides what the new one follows, whatever else it may follow', () => {
    const state = imported();
    const psaId = licenceOf(state, '102', 'D');
    state.subscriptions[0]!.lines[0]!.vendorSubscriptionId = 'v1';
    state.subscriptions[2]!.lines[1] = line('E', { vendorSubscriptionId: 'v1' });
    const made = plan(state, endings);
    expect(made.skips).toContainEqual(expect.objectContaining({ marketplaceId: '102', line: 'E', reason: 'successor' }));
    expect(made.changes.filter((change) => change.psaId === psaId)).toEqual([]);
  });

  it('keeps the licence of an ended one of the same product while a person decides whether the new one follows one that is alive', () => {
    const state = ended(imported(), '101');
    const psaId = licenceOf(state, '101', 'B');
    state.subscriptions[0]!.lines[0]!.vendorSubscriptionId = 'v1';
    state.subscriptions.push(subscription('201', '1', [line('B', { vendorSubscriptionId: 'v1' })], { creationDate: '2026-11-02' }));
    const made = plan(state, endings);
    expect(made.skips).toContainEqual(expect.objectContaining({ marketplaceId: '201', reason: 'successor' }));
    expect(made.changes.filter((change) => change.psaId === psaId)).toEqual([]);
  });

  it('leaves alone what belongs to a customer that somebody said to ignore', () => {
    const state = ended(imported(), '101');
    expect(plan({ ...state, mappings: [{ customerId: '1', clientId: null, state: 'ignored', origin: null }] }, endings).changes).toEqual(
      [],
    );
  });

  it('is not repeated when somebody in the PSA made the licence active again', () => {
    const state = ended(imported(), '101');
    const done = play(state, plan(state, endings));
    const licence = done.licences.find((one) => one.licenceId === licenceOf(state, '101', 'B'))!;
    Object.assign(licence, { is_active: true, status: 'Active' });
    const made = plan(done, endings);
    expect(made.changes).toEqual([]);
    expect(made.skips).toContainEqual(expect.objectContaining({ reason: 'does_not_stick', psaId: licence.licenceId }));
  });
});
