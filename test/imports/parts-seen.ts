import fc from 'fast-check';
import type { Subscription, SubscriptionDetail } from '../../src/domain/index.js';
import type { Plan, PlanInput, ReadDetail } from '../../src/imports/plan/input.js';
import { isWhole, planImport } from '../../src/imports/plan/plan.js';
import type { SettledParts } from '../../src/imports/settled-parts.js';
import { inputOf, type World } from './plan/world.js';

/** What an import meets besides a world: subscriptions that the list lacks, or that nobody understands, and whether it may end licences. */
export const anySight = fc.record({
  absent: fc.uniqueArray(fc.nat(9), { maxLength: 2 }),
  unlisted: fc.uniqueArray(fc.nat(9), { maxLength: 1 }),
  unread: fc.uniqueArray(fc.nat(9), { maxLength: 1 }),
  malformedCustomer: fc.option(fc.nat(4), { nil: undefined, freq: 3 }),
  complete: fc.constantFrom(true, true, false),
  endings: fc.boolean(),
});
export const ALL_SEEN = { absent: [], unlisted: [], unread: [], malformedCustomer: undefined, complete: true, endings: false };
export type Sight = typeof anySight extends fc.Arbitrary<infer T> ? T : never;

/** A licence was left behind on purpose only as long as no line is kept in it, of whichever tenant. */
export function leftBehind({ released, elsewhere, links }: World): World['released'] {
  const kept = new Set(links.map(({ licenceId }) => licenceId));
  return new Set([...released].filter((id) => !elsewhere.has(id) && !kept.has(id)));
}

/** A world, and what of it a look shows. */
export class Seen {
  readonly customers: World['customers'];
  readonly malformedCustomers: { id: string; reason: string }[];
  readonly rows: Subscription[];
  readonly malformed: { id: string; reason: string }[];
  readonly details: SubscriptionDetail[];
  readonly absent = new Map<string, SubscriptionDetail | null>();

  constructor(
    readonly world: World,
    readonly sight: Sight,
  ) {
    const bad = world.customers[sight.malformedCustomer ?? -1];
    this.customers = world.customers.filter((one) => one !== bad);
    this.malformedCustomers = bad ? [{ id: bad.customerId, reason: 'cut' }] : [];
    const away = new Set([...sight.absent, ...sight.unlisted].map((at) => world.subscriptions[at]));
    const unread = new Set(sight.unread.map((at) => world.subscriptions[at]).filter((one) => !away.has(one)));
    this.rows = world.subscriptions.filter((one) => !away.has(one) && !unread.has(one)).map(({ lines: _lines, ...row }) => row);
    this.malformed = [...unread].flatMap((one) => (one ? [{ id: one.subscriptionId, reason: 'cut' }] : []));
    this.details = world.subscriptions;
    for (const at of sight.absent) {
      const one = world.subscriptions[at];
      if (one) this.absent.set(one.subscriptionId, null);
    }
    for (const at of sight.unlisted) {
      const one = world.subscriptions[at];
      if (one && !this.absent.has(one.subscriptionId)) this.absent.set(one.subscriptionId, one);
    }
  }

  get settings(): PlanInput {
    return inputOf(this.world, { endings: this.sight.endings && this.sight.complete });
  }

  /** That an id is not known proves nothing where none is listed that is: see `ask-for-absent.ts`. */
  #unknown(id: string): ReadDetail {
    return this.rows.length > 0 ? null : { id, reason: 'none is known' };
  }

  /** The plan of one part that holds everything, in memory. Who is not listed is asked for by id where the plan calls for it. */
  whole(): Plan {
    const absent = new Map<string, ReadDetail>();
    const clientDetails = new Map<string, null>();
    const licenceDetails = new Map<string, null>();
    const input: PlanInput = {
      ...this.settings,
      customers: { rows: this.customers, complete: true, malformed: this.malformedCustomers, dropped: 0 },
      subscriptions: { rows: this.rows, complete: this.sight.complete, malformed: this.malformed, dropped: 0 },
      absent,
      clientDetails,
      licenceDetails,
    };
    let made = planImport(input);
    for (let round = 0; round < 5 && !isWhole(made); round += 1) {
      for (const id of made.needs.details) if (this.absent.has(id)) absent.set(id, this.absent.get(id) ?? this.#unknown(id));
      // What the lists lack, the PSA does not know.
      for (const id of made.needs.clients) clientDetails.set(id, null);
      for (const id of made.needs.licences) licenceDetails.set(id, null);
      made = planImport(input);
    }
    if (made.needs.licences.size + made.needs.details.size + made.needs.clients.size > 0) throw new Error('the plan is not whole');
    return made;
  }
}

/** Settled parts, and what became of them. */
export class Kept implements SettledParts {
  readonly repeated: Plan[] = [];
  readonly planned: Plan[] = [];
  /** Whether all of them counted again at once. */
  atOnce = false;

  constructor(
    readonly parts = new Map<string, Plan>(),
    public anyStuck = false,
    readonly grounds = new Map<string, Plan[]>(),
  ) {}

  /** The same, for another plan. */
  next(): Kept {
    return new Kept(this.parts, this.anyStuck, this.grounds);
  }

  get any(): boolean {
    return this.parts.size > 0;
  }

  repeat(print: string): Promise<boolean> {
    const part = this.parts.get(print);
    if (part) this.repeated.push(part);
    return Promise.resolve(part !== undefined);
  }

  repeatAll(ground: string): Promise<boolean> {
    const parts = this.grounds.get(ground);
    this.repeated.push(...(parts ?? []));
    this.atOnce = parts !== undefined;
    return Promise.resolve(this.atOnce);
  }

  allRestOn(ground: string): void {
    this.grounds.set(ground, [...this.repeated, ...this.planned]);
  }
}
