import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Plan, PlanInput } from '../../../src/imports/plan/input.js';
import type { LicenceFields } from '../../../src/domain/index.js';
import { client, customer, inputOf, licence, line, plan, play, subscription, whole, world, type World } from './world.js';
import { planImport } from '../../../src/imports/plan/plan.js';

const NAMES = ['Contoso', 'contoso', 'Contoso Ltd', 'Fabrikam', ' Fabrikam  Inc', 'Müller & Söhne', '=1+1', '<b>Bold</b>', '🙂 Smile', 'A', 'Zed'];
const MPNS = ['CFQ7TTC0LCHC:0002', 'CFQ7TTC0LH16:0001', 'd903a2db-bf6f-4434-83f1-21ba44017813_ANNUAL', 'ACR-1'];
const PERIODS = [
  { type: 'month', duration: 1 },
  { type: 'year', duration: 1 },
  { type: 'year', duration: 3 },
  { type: 'day', duration: 10 },
  { type: 'statement_day', duration: 1 },
];

const anyLine = fc.record({
  mpn: fc.constantFrom(...MPNS),
  quantity: fc.constantFrom(0, 1, 5, 300, 2.5),
  amount: fc.constantFrom('11.3333', '0', '70.50', '0.1', '99999.9999'),
  currency: fc.constantFrom('USD', 'EUR'),
  vendorSubscriptionId: fc.constantFrom(undefined, 'v1', 'v2'),
});

const anyWorld: fc.Arbitrary<World> = fc
  .record({
    customers: fc.array(fc.record({ name: fc.constantFrom(...NAMES), status: fc.constantFrom('active', 'cancelled', 'pending', 'error') }), { minLength: 1, maxLength: 6 }),
    clients: fc.array(fc.record({ name: fc.constantFrom(...NAMES), inactive: fc.boolean() }), { maxLength: 6 }),
    subscriptions: fc.array(
      fc.record({
        customer: fc.nat(7),
        status: fc.constantFrom('active', 'active', 'hold', 'pending', 'removed', 'terminated', 'unknown'),
        term: fc.constantFrom(...PERIODS),
        billing: fc.constantFrom(...PERIODS),
        start: fc.constantFrom('2026-10-20', '2026-10-21', '2026-11-20', '2025-11-20'),
        end: fc.constantFrom(undefined, '2026-11-20', '2026-11-21', '2027-10-20', '2026-10-20'),
        lines: fc.uniqueArray(anyLine, { maxLength: 2, selector: (one) => one.mpn }),
      }),
      { maxLength: 8 },
    ),
    foreign: fc.array(fc.record({ client: fc.nat(5), sku: fc.constantFrom(...MPNS), active: fc.boolean(), snowid: fc.constantFrom(null, '101', 'x') }), { maxLength: 3 }),
  })
  .map((parts) =>
    world({
      customers: parts.customers.map((one, at) => customer(String(at + 1), one.name, { status: one.status as 'active' })),
      clients: parts.clients.map((one, at) => client(String(at + 1), one.name, { inactive: one.inactive })),
      subscriptions: parts.subscriptions.map((one, at) =>
        subscription(
          String(at + 100),
          String(one.customer + 1),
          one.lines.map((part) =>
            line(part.mpn, {
              quantity: part.quantity,
              unitCost: { amount: part.amount, currency: part.currency },
              unitPrice: { amount: part.amount, currency: part.currency },
              ...(part.vendorSubscriptionId === undefined ? {} : { vendorSubscriptionId: part.vendorSubscriptionId }),
            }),
          ),
          { status: one.status as 'active', subscriptionPeriod: one.term, billingPeriod: one.billing, creationDate: one.start, ...(one.end === undefined ? { expirationDate: undefined } : { expirationDate: one.end }) },
        ),
      ),
      licences: parts.foreign
        .filter((one) => one.client < parts.clients.length)
        .map((one, at) => licence(String(at + 1), String(one.client + 1), { vendor_product_sku: one.sku, is_active: one.active, snowid: one.snowid, count: 3 })),
    }),
  );

/** A world some time later: statuses and quantities moved on, licences were touched by hand. */
const anyLater = (state: World): fc.Arbitrary<World> =>
  fc.record({ ended: fc.array(fc.nat(7), { maxLength: 3 }), quantity: fc.array(fc.tuple(fc.nat(7), fc.nat(9)), { maxLength: 3 }), byHand: fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 2 }) }).map((moves) => {
    const next = structuredClone(state);
    for (const at of moves.ended) if (next.subscriptions[at]) next.subscriptions[at].status = 'removed';
    for (const [at, quantity] of moves.quantity) if (next.subscriptions[at]?.lines[0]) next.subscriptions[at].lines[0].quantity = quantity;
    for (const [at, count] of moves.byHand) if (next.licences[at]) next.licences[at].count = count;
    return next;
  });

const RUNS = { numRuns: 400 };

function shuffled<T>(rows: readonly T[], seed: number): T[] {
  return rows.map((row, at) => ({ row, key: ((at + 1) * 7919 * (seed + 1)) % 104_729 })).toSorted((a, b) => a.key - b.key).map(({ row }) => row);
}

const changesOf = (made: Plan): unknown => ({ changes: made.changes, skips: made.skips, mappings: made.mappings, links: made.links, unchanged: made.unchanged });

describe('The planner', () => {
  it('plans nothing that was just done', () => {
    fc.assert(
      fc.property(anyWorld.chain((first) => fc.tuple(fc.constant(first), anyLater(play(first, plan(first))))), ([, later]) => {
        const done = play(later, plan(later));
        const again = plan(done);
        expect(again.changes).toEqual([]);
        expect(again.links).toEqual([]);
      }),
      RUNS,
    );
  });

  it('plans the same whatever the order of rows', () => {
    fc.assert(
      fc.property(anyWorld, fc.nat(50), (first, seed) => {
        const state = play(first, plan(first));
        const turned: World = {
          ...state,
          customers: shuffled(state.customers, seed),
          subscriptions: shuffled(state.subscriptions, seed).map((one) => ({ ...one, lines: one.lines.toReversed() })),
          clients: shuffled(state.clients, seed),
          licences: shuffled(state.licences, seed),
          mappings: shuffled(state.mappings, seed),
          links: shuffled(state.links, seed),
        };
        // Ended, so that renewals are looked for as well.
        for (const one of [state, turned]) for (const sub of one.subscriptions) if (Number(sub.subscriptionId) % 3 === 0) sub.status = 'removed';
        expect(changesOf(plan(turned))).toEqual(changesOf(plan(state)));
      }),
      RUNS,
    );
  });

  it('never ends a licence, and never moves one between clients', () => {
    fc.assert(
      fc.property(anyWorld.chain((first) => anyLater(play(first, plan(first)))), (later) => {
        for (const change of plan(later).changes) {
          expect(change.action).not.toBe('deactivate');
          if (change.entity !== 'licence' || change.action === 'create') continue;
          const fields: LicenceFields = change.fields;
          expect(fields.is_active).not.toBe(false);
          expect(fields).not.toHaveProperty('client_id');
          expect(fields).not.toHaveProperty('site_id');
        }
      }),
      RUNS,
    );
  });

  it('gives a line one licence and a licence one line', () => {
    fc.assert(
      fc.property(anyWorld.chain((first) => anyLater(play(first, plan(first)))), (later) => {
        const done = play(later, plan(later));
        const links = done.links.filter((link) => link.licenceId !== null);
        expect(new Set(links.map((link) => link.licenceId)).size).toBe(links.length);
        expect(new Set(links.map((link) => `${link.subscriptionId} ${link.line}`)).size).toBe(links.length);
        const keys = done.licences.map((one) => one.snowid).filter((key) => key?.startsWith('ingram/'));
        expect(new Set(keys).size).toBe(keys.length);
      }),
      RUNS,
    );
  });

  it('finds by their keys all licences it once made, after its own memory was lost', () => {
    fc.assert(
      fc.property(anyWorld, (first) => {
        const done = play(first, plan(first));
        const forgotten = plan({ ...done, links: [], lastApplied: new Map() });
        expect(forgotten.changes.filter((change) => change.entity === 'licence')).toEqual([]);
      }),
      RUNS,
    );
  });

  it('given a truncated look at the marketplace, creates nothing that exists and ends nothing', () => {
    fc.assert(
      fc.property(anyWorld, fc.array(fc.nat(7)), fc.array(fc.nat(7)), (first, lostCustomers, lostSubscriptions) => {
        const done = play(first, plan(first));
        const input: PlanInput = inputOf(done);
        const cut: PlanInput = {
          ...input,
          customers: { ...whole(done.customers.filter((_one, at) => !lostCustomers.includes(at))), complete: false },
          subscriptions: { ...input.subscriptions, rows: input.subscriptions.rows.filter((_one, at) => !lostSubscriptions.includes(at)), complete: false },
        };
        expect(planImport(cut).changes).toEqual([]);
      }),
      RUNS,
    );
  });

  it('asks for a linked licence that the look at the PSA lacks, instead of making it again', () => {
    fc.assert(
      fc.property(anyWorld, fc.array(fc.nat(9), { minLength: 1 }), (first, lost) => {
        const done = play(first, plan(first));
        const cut = planImport(inputOf(done, { licences: done.licences.filter((_one, at) => !lost.includes(at)), licenceDetails: new Map() }));
        const linked = new Set(done.links.map((link) => `${link.subscriptionId} ${link.line}`));
        expect(cut.changes.filter((change) => change.entity === 'licence' && change.action === 'create' && linked.has(`${change.subscriptionId} ${change.line}`))).toEqual([]);
      }),
      RUNS,
    );
  });

  it('says of every live line either what becomes of it or why not', () => {
    fc.assert(
      fc.property(anyWorld, (state) => {
        const made = plan(state);
        const answered = new Set([...made.changes.flatMap((change) => ('subscriptionId' in change ? [change.subscriptionId] : [])), ...made.skips.map((skip) => skip.marketplaceId), ...made.links.map((link) => link.subscriptionId)]);
        for (const one of state.subscriptions) expect(answered).toContain(one.subscriptionId);
      }),
      RUNS,
    );
  });
});
