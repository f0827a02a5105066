import fc from 'fast-check';
import type { Fault, MarketplaceSwitches, PsaSwitches } from '../../src/sandbox/index.js';

/** One thing that happens. Numbers choose among what there is then. */
export type Step =
  | Word
  | { do: 'customer'; name: string }
  | { do: 'client'; name: string }
  | { do: 'subscription'; customer: number; products: string[]; seats: number }
  | { do: 'seats'; subscription: number; seats: number; silent: boolean }
  | { do: 'status'; subscription: number; status: string }
  | { do: 'renewal'; subscription: number }
  | { do: 'vanish'; subscription: number }
  | { do: 'leave'; customer: number }
  | { do: 'price'; subscription: number; price: number; cost: number }
  | { do: 'called'; customer: number; name: string }
  | { do: 'products'; subscription: number; products: string[]; seats: number }
  | { do: 'foreign'; client: number; sku: string }
  | { do: 'answer'; what: 'approve' | 'some' | 'discard' }
  | { do: 'edit'; licence: number; count: number }
  | { do: 'inactive'; licence: number }
  | { do: 'drop'; licence: number; wholly: boolean }
  | { do: 'rename'; client: number; name: string }
  | { do: 'time'; hours: number }
  | { do: 'merge'; from: number; into: number }
  | {
      do: 'import';
      how: How;
      fault: Fault | null;
      crash: { at: number; turn: 'arrived' | 'handled' } | null;
      meanwhile: { at: number; steps: Step[] } | null;
    };

/** What somebody says by the page. */
export type Word =
  | { do: 'decide'; customer: number; what: 'client' | 'ignored' | 'createClient'; client: number; licences: Linked }
  | { do: 'forget' | 'takeBack'; mapping: number; licences: Linked }
  | { do: 'generate' }
  | { do: 'anyway'; subscription: number; line: number }
  | { do: 'settings'; settings: object }
  | { do: 'adopt'; subscription: number; line: number; licence: number };

/** What becomes of linked licences, when somebody says it. */
export type Linked = 'leave' | 'recreate' | null;

/** What an import is asked for. */
export type How = 'all' | 'integrator' | 'preview' | 'customer';

const some = fc.nat({ max: 7 });
const names = fc.constantFrom('Contoso', 'contoso ', 'Contoso Ltd', 'Fabrikam', 'Woodgrove', 'Adatum');

const linked = fc.constantFrom<Linked[]>(null, 'leave', 'recreate');

const settings = fc.oneof(
  fc.record({
    clientImport: fc.record({ createUnmatched: fc.boolean(), onlyWithSubscriptions: fc.boolean(), updateMainSiteAddress: fc.boolean() }),
  }),
  fc.record({
    subscriptionImport: fc.record({
      prices: fc.constantFrom('on_create', 'always', 'never'),
      names: fc.constantFrom('on_create', 'always'),
      trials: fc.constantFrom('import', 'skip'),
      followRenewals: fc.boolean(),
    }),
  }),
  fc.record({ guard: fc.record({ floor: fc.constantFrom(0, 1, 100_000), percent: fc.constantFrom(0, 10, 100) }) }),
);

const faults: fc.Arbitrary<Fault> = fc
  .record({
    which: fc.constantFrom<Partial<Fault>[]>(
      { vendor: 'psa', method: 'POST', path: '^/api/(Client|SoftwareLicence)' },
      { vendor: 'psa', method: 'GET', path: '^/api/SoftwareLicence' },
      { vendor: 'marketplace', path: '^/subscriptions' },
      { vendor: 'marketplace', path: '^/orders' },
    ),
    what: fc.constantFrom<Partial<Fault>[]>(
      { reset: true },
      { reset: true, afterHandling: true },
      { cut: true, afterHandling: true },
      { status: 500, body: { error: 'x' } },
      { status: 502, body: '<html></html>', contentType: 'text/html', afterHandling: true },
      { status: 400, body: { error: 'x' } },
    ),
    after: fc.nat({ max: 3 }),
    times: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ which, what, after, times }) => ({ ...which, ...what, after, times }) as Fault);

const happening: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('customer' as const), name: names }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('client' as const), name: names }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('subscription' as const),
      customer: some,
      products: fc.array(fc.constantFrom('A', 'B', 'C'), { minLength: 1, maxLength: 2 }),
      seats: fc.integer({ min: 1, max: 9 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('seats' as const),
      subscription: some,
      seats: fc.integer({ min: 0, max: 9 }),
      silent: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('status' as const),
      subscription: some,
      status: fc.constantFrom('active', 'hold', 'pending', 'terminated', 'removed'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('renewal' as const), subscription: some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('vanish' as const), subscription: some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), customer: some }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('price' as const),
      subscription: some,
      price: fc.integer({ min: 1, max: 99 }),
      cost: fc.integer({ min: 1, max: 99 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('called' as const), customer: some, name: names }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('products' as const),
      subscription: some,
      products: fc.array(fc.constantFrom('A', 'B', 'C'), { minLength: 1, maxLength: 2 }),
      seats: fc.integer({ min: 1, max: 9 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('decide' as const),
      customer: some,
      what: fc.constantFrom('client' as const, 'client' as const, 'ignored' as const, 'createClient' as const),
      client: some,
      licences: linked,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('forget' as const, 'takeBack' as const), mapping: some, licences: linked }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('foreign' as const), client: some, sku: fc.constantFrom('A', 'B', 'C') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('generate' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('anyway' as const), subscription: some, line: some }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settings' as const), settings }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      what: fc.constantFrom('approve' as const, 'some' as const, 'discard' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('edit' as const), licence: some, count: fc.nat({ max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('inactive' as const), licence: some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), licence: some, wholly: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename' as const), client: some, name: names }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('time' as const), hours: fc.constantFrom(1, 5, 30, 24 * 40) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('adopt' as const), subscription: some, line: some, licence: some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('merge' as const), from: some, into: some }) },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: happening },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('import' as const),
      how: fc.constantFrom<How[]>('all', 'integrator', 'preview', 'customer'),
      fault: fc.option(faults),
      crash: fc.option(fc.record({ at: fc.nat({ max: 25 }), turn: fc.constantFrom('arrived' as const, 'handled' as const) })),
      meanwhile: fc.option(fc.record({ at: fc.nat({ max: 25 }), steps: fc.array(happening, { minLength: 1, maxLength: 2 }) })),
    }),
  },
);

const WORDS: ReadonlySet<string> = new Set<Word['do']>(['decide', 'forget', 'takeBack', 'generate', 'anyway', 'adopt', 'settings']);

export function isWord(step: Step): step is Word {
  return WORDS.has(step.do);
}

/** How Halo may behave, and what happens. */
export const anyHistory: fc.Arbitrary<{
  psa: Partial<PsaSwitches>;
  marketplace: Partial<MarketplaceSwitches>;
  recordsPerCall: number;
  begun: boolean;
  tight: boolean;
  steps: Step[];
}> = fc.record({
  psa: fc.record({
    arrayAnswer: fc.constantFrom('last' as const, 'all' as const, 'all-when-asked' as const),
    arrayAtomic: fc.boolean(),
    arraysAccepted: fc.boolean(),
    deletedInLists: fc.boolean(),
    unstableOrder: fc.boolean(),
    nullOnUpdate: fc.constantFrom('ignored' as const, 'clears' as const),
    pageCaps: fc.constantFrom(
      { client: 1000, site: 1000, licence: 1000, ticket: 100, other: 50 },
      { client: 2, site: 2, licence: 3, ticket: 2, other: 2 },
    ),
    recordCount: fc.constantFrom('total' as const, 'zero-past-end' as const, 'absent' as const),
    inactiveHidden: fc.constantFrom('unless-asked' as const, 'never' as const),
    unknownIdUpdate: fc.constantFrom('404' as const, '400' as const),
    unknownIdGet: fc.constantFrom('404' as const, 'empty-object' as const, 'id-zero' as const),
    deletedById: fc.constantFrom('404' as const, '200' as const),
    emptyDate: fc.constantFrom('1900' as const, '0001' as const, 'null' as const),
    mainSiteInLists: fc.boolean(),
  }),
  marketplace: fc.record({
    maxLimit: fc.constantFrom(2, 500),
    shortCustomerRows: fc.boolean(),
    oldListRows: fc.boolean(),
    duplicateRows: fc.boolean(),
    unknownId: fc.constantFrom(404 as const, '400-no-entity' as const),
    emptyArrays: fc.constantFrom('empty' as const, 'omitted' as const),
    vendorSubscriptionIds: fc.boolean(),
  }),
  recordsPerCall: fc.constantFrom(1, 3, 100),
  begun: fc.boolean(),
  tight: fc.boolean(),
  steps: fc.array(step, { minLength: 4, maxLength: 24, size: 'max' }),
});

/** What there is in most histories from the start: customers with and without a client of their name, imported. */
export const BEGINNING: readonly Step[] = [
  { do: 'customer', name: 'Contoso' },
  { do: 'client', name: 'Contoso' },
  { do: 'customer', name: 'Fabrikam' },
  { do: 'client', name: 'Woodgrove' },
  { do: 'subscription', customer: 0, products: ['A'], seats: 2 },
  { do: 'subscription', customer: 1, products: ['A', 'B'], seats: 3 },
  { do: 'subscription', customer: 1, products: ['C'], seats: 4 },
  { do: 'import', how: 'all', fault: null, crash: null, meanwhile: null },
];
