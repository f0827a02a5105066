import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LicenceFields } from '../../../src/domain/index.js';
import type { LicenceCreateChange, LicenceUpdateChange, Plan, PlanInput } from '../../../src/imports/plan/input.js';
import { planImport } from '../../../src/imports/plan/plan.js';
import { inputOf, liveLines, plan, play, whole, type World } from './world.js';
import { anyImported, anyLater, anyWorld } from './worlds.js';

const RUNS = { numRuns: 500 };

function shuffled<T>(rows: readonly T[], seed: number): T[] {
  return rows
    .map((row, at) => ({ row, key: ((at + 1) * 7919 * (seed + 1)) % 104_729 }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ row }) => row);
}

const creates = ({ changes }: Plan): LicenceCreateChange[] =>
  changes.filter((change) => change.entity === 'licence' && change.action === 'create');
const updates = ({ changes }: Plan): LicenceUpdateChange[] =>
  changes.filter((change) => change.entity === 'licence' && change.action !== 'create');
const nameOf = ({ subscriptionId, line }: { subscriptionId: string; line: string }): string => `${subscriptionId} ${line}`;
const ours = (key: string | null | undefined): boolean => key?.startsWith('ingram/') ?? false;

describe('The planner', () => {
  it('plans nothing that was just done', () => {
    fc.assert(
      fc.property(anyLater, (later) => {
        const again = plan(play(later, plan(later)));
        expect(again.changes).toEqual([]);
        expect(again.links).toEqual([]);
      }),
      RUNS,
    );
  });

  it('plans the same whatever the order of rows', () => {
    fc.assert(
      fc.property(anyLater, fc.nat(50), (state, seed) => {
        const turned: World = {
          ...state,
          customers: shuffled(state.customers, seed),
          subscriptions: shuffled(state.subscriptions, seed).map((one) => ({ ...one, lines: one.lines.toReversed() })),
          clients: shuffled(state.clients, seed),
          licences: shuffled(state.licences, seed),
          mappings: shuffled(state.mappings, seed),
          links: shuffled(state.links, seed),
        };
        const seen = ({ changes, skips, mappings, links, unchanged, forgotten }: Plan): object => ({
          changes,
          skips,
          mappings,
          links,
          unchanged,
          forgotten,
        });
        expect(seen(plan(turned))).toEqual(seen(plan(state)));
      }),
      RUNS,
    );
  });

  it('never ends a licence, and never moves one between clients', () => {
    fc.assert(
      fc.property(anyLater, (later) => {
        for (const { action, fields } of updates(plan(later))) {
          expect(action).not.toBe('deactivate');
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
      fc.property(anyLater, (later) => {
        const made = plan(later);
        const touched = updates(made).map((change) => change.psaId);
        expect(new Set(touched).size).toBe(touched.length);
        const lines = [...creates(made), ...updates(made)].map(nameOf);
        expect(new Set(lines).size).toBe(lines.length);
        const links = play(later, made).links.filter((link) => link.licenceId !== null);
        expect(new Set(links.map((link) => link.licenceId)).size).toBe(links.length);
        expect(new Set(links.map(nameOf)).size).toBe(links.length);
      }),
      RUNS,
    );
  });

  it('gives no key away twice', () => {
    fc.assert(
      fc.property(anyLater, (later) => {
        const made = plan(later);
        const given = [...creates(made), ...updates(made)].map((change) => change.fields.snowid).filter((key) => key != null);
        expect(new Set(given).size).toBe(given.length);
        const there = new Set(later.licences.filter((one) => !one.deleted && !later.released.has(one.licenceId)).map((one) => one.snowid));
        expect(given.filter((key) => there.has(key))).toEqual([]);
      }),
      RUNS,
    );
  });

  it('never touches what is not its own: foreign keys, people’s fields, and licences that are deleted, released or another tenant’s', () => {
    fc.assert(
      fc.property(anyLater, (later) => {
        const before = new Map(later.licences.map((one) => [one.licenceId, one]));
        for (const change of updates(plan(later))) {
          const licence = before.get(change.psaId)!;
          expect(licence.deleted || later.elsewhere.has(licence.licenceId)).toBe(false);
          if (later.released.has(licence.licenceId)) expect(later.links.map((link) => link.licenceId)).toContain(licence.licenceId);
          if (licence.snowid != null && !ours(licence.snowid)) expect(change.fields).not.toHaveProperty('snowid');
          if (later.settings.names !== 'always') expect(change.fields).not.toHaveProperty('name');
          if (later.settings.prices !== 'always') expect(change.fields).not.toHaveProperty('price');
          for (const field of ['type', 'manufacturer', 'distributor', 'supplier_id'] as const)
            expect(change.fields).not.toHaveProperty(field);
        }
      }),
      RUNS,
    );
  });

  it('touches no licence of a key that two carry', () => {
    fc.assert(
      fc.property(anyLater, (later) => {
        const alive = later.licences.filter(
          (one) => !one.deleted && !later.released.has(one.licenceId) && one.snowid?.startsWith('ingram/us/'),
        );
        const doubled = new Set(
          [...Map.groupBy(alive, (one) => one.snowid)]
            .filter(([, group]) => group.length > 1)
            .flatMap(([, group]) => group.map((one) => one.licenceId)),
        );
        expect(updates(plan(later)).filter((change) => doubled.has(change.psaId))).toEqual([]);
      }),
      RUNS,
    );
  });

  it('makes nothing again that somebody deleted, unless a person says so', () => {
    fc.assert(
      fc.property(anyLater, (later) => {
        const made = creates(plan(later));
        const deleted = new Set(later.licences.filter((one) => one.deleted).map((one) => one.licenceId));
        const gone = new Set(
          later.links.filter((link) => link.licenceId !== null && deleted.has(link.licenceId) && !link.createAnyway).map(nameOf),
        );
        expect(made.filter((change) => gone.has(nameOf(change)))).toEqual([]);
      }),
      RUNS,
    );
  });

  it('finds by their keys all licences it once made, after its own memory was lost', () => {
    fc.assert(
      fc.property(anyImported, (done) => {
        const forgotten = plan({ ...done, links: [], lastApplied: new Map() });
        expect([...creates(forgotten), ...updates(forgotten)]).toEqual([]);
        expect(forgotten.links.length).toBe(done.links.length);
      }),
      RUNS,
    );
  });

  it('given a truncated look at the marketplace, creates nothing that exists, guesses no renewal and ends nothing', () => {
    fc.assert(
      fc.property(anyLater, fc.array(fc.nat(4)), fc.array(fc.nat(9)), (later, lostCustomers, lostSubscriptions) => {
        const input = inputOf(later);
        const cut: PlanInput = {
          ...input,
          customers: { ...whole(later.customers.filter((_one, at) => !lostCustomers.includes(at))), complete: false },
          subscriptions: {
            ...input.subscriptions,
            rows: input.subscriptions.rows.filter((_one, at) => !lostSubscriptions.includes(at)),
            complete: false,
          },
        };
        const [all, some] = [planImport(input), planImport(cut)];
        expect(some.changes.filter((change) => change.entity === 'client' && change.action === 'create')).toEqual([]);
        expect(updates(some).filter((change) => change.link?.origin === 'renewal')).toEqual([]);
        expect(some.links.filter((link) => link.origin === 'renewal')).toEqual([]);
        // What is missing from the list never makes room for something new.
        const wanted = new Set(creates(all).map(nameOf));
        const linked = new Set(later.links.filter((link) => link.licenceId !== null).map(nameOf));
        expect(creates(some).filter((change) => linked.has(nameOf(change)) && !wanted.has(nameOf(change)))).toEqual([]);
        for (const { fields } of updates(some)) expect(fields.is_active).not.toBe(false);
      }),
      RUNS,
    );
  });

  it('given a truncated look at what it imported a moment ago, plans nothing', () => {
    fc.assert(
      fc.property(anyImported, fc.array(fc.nat(4)), fc.array(fc.nat(7)), (done, lostCustomers, lostSubscriptions) => {
        const input = inputOf(done);
        const cut: PlanInput = {
          ...input,
          customers: { ...whole(done.customers.filter((_one, at) => !lostCustomers.includes(at))), complete: false },
          subscriptions: {
            ...input.subscriptions,
            rows: input.subscriptions.rows.filter((_one, at) => !lostSubscriptions.includes(at)),
            complete: false,
          },
        };
        expect(planImport(cut).changes).toEqual([]);
      }),
      RUNS,
    );
  });

  it('asks for a linked licence that the look at the PSA lacks, instead of making it again', () => {
    fc.assert(
      fc.property(anyImported, fc.array(fc.nat(9), { minLength: 1 }), (done, lost) => {
        const cut = planImport(
          inputOf(done, { licences: done.licences.filter((_one, at) => !lost.includes(at)), licenceDetails: new Map() }),
        );
        const linked = new Set(done.links.map(nameOf));
        expect(creates(cut).filter((change) => linked.has(nameOf(change)))).toEqual([]);
        const missing = done.licences.filter((_one, at) => lost.includes(at)).map((one) => one.licenceId);
        const live = new Set(liveLines(done));
        for (const link of done.links)
          if (live.has(nameOf(link)) && missing.includes(link.licenceId!)) expect(cut.needs.licences).toContain(link.licenceId);
      }),
      RUNS,
    );
  });

  it('says of every line of every subscription either what becomes of it or why not', () => {
    fc.assert(
      fc.property(anyLater, (state) => {
        const made = plan(state);
        const answered = new Set([
          ...creates(made).map(nameOf),
          ...updates(made).map(nameOf),
          ...made.links.map(nameOf),
          ...made.skips.map((skip) => `${skip.marketplaceId} ${skip.line}`),
        ]);
        const whole = new Set(made.skips.filter((skip) => skip.line === undefined).map((skip) => skip.marketplaceId));
        const linked = new Map(state.links.filter((link) => link.licenceId !== null).map((link) => [nameOf(link), link.licenceId]));
        for (const one of state.subscriptions) {
          if (whole.has(one.subscriptionId)) continue;
          // Nothing to do and nothing to say: it has its licence, and that is in order.
          for (const { line } of one.lines)
            expect(answered.has(`${one.subscriptionId} ${line}`) || linked.has(`${one.subscriptionId} ${line}`)).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it('creates a client once, never for who is broken or cancelled, never beside one that is like it', () => {
    fc.assert(
      fc.property(anyWorld, (state) => {
        const made = plan(state).changes.filter((change) => change.entity === 'client' && change.action === 'create');
        expect(new Set(made.map((change) => change.customerId)).size).toBe(made.length);
        for (const { customerId } of made) {
          const { status, name } = state.customers.find((one) => one.customerId === customerId)!;
          expect(['cancelled', 'error']).not.toContain(status);
          const plain = (text: string): string => text.trim().replace(/\s+/g, ' ').toLowerCase();
          expect(state.clients.filter((one) => plain(one.name) === plain(name))).toEqual([]);
        }
      }),
      RUNS,
    );
  });

  it('brings every linked licence of a live line into line, or says what keeps it from that', () => {
    fc.assert(
      fc.property(anyLater, (later) => {
        const made = plan(later);
        const done = play(later, made);
        const skipped = new Set(
          made.skips.flatMap((skip) => (skip.line === undefined ? [skip.marketplaceId] : [`${skip.marketplaceId} ${skip.line}`])),
        );
        for (const one of done.subscriptions) {
          if (one.status !== 'active' && one.status !== 'hold') continue;
          for (const part of one.lines) {
            const name = `${one.subscriptionId} ${part.line}`;
            const link = done.links.find((other) => nameOf(other) === name);
            if (link?.licenceId == null || skipped.has(name) || skipped.has(one.subscriptionId)) continue;
            const licence: LicenceFields = done.licences.find((other) => other.licenceId === link.licenceId)!;
            expect(licence).toMatchObject({ count: part.quantity, is_active: true, status: 'Active', vendor_product_sku: part.mpn });
          }
        }
      }),
      RUNS,
    );
  });
});
