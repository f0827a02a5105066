import fc from 'fast-check';
import type { Fault, PsaSwitches } from '../../src/sandbox/index.js';

/** One thing that happens. Numbers choose among what there is then. */
export type Step =
  | { do: 'customer'; name: string }
  | { do: 'client'; name: string }
  | { do: 'subscription'; customer: number; products: string[]; seats: number }
  | { do: 'seats'; subscription: number; seats: number; silent: boolean }
  | { do: 'status'; subscription: number; status: string }
  | { do: 'renewal'; subscription: number }
  | { do: 'vanish'; subscription: number }
  | { do: 'leave'; customer: number }
  | { do: 'map'; customer: number; client: number }
  | { do: 'ignore'; customer: number }
  | { do: 'unmap'; customer: number }
  | { do: 'edit'; licence: number; count: number }
  | { do: 'inactive'; licence: number }
  | { do: 'drop'; licence: number; wholly: boolean }
  | { do: 'rename'; client: number; name: string }
  | { do: 'time'; hours: number }
  | { do: 'adopt'; subscription: number; licence: number }
  | { do: 'merge'; from: number; into: number }
  | {
      do: 'import';
      how: How;
      fault: Fault | null;
      crash: { at: number; turn: 'arrived' | 'handled' } | null;
      meanwhile: { at: number; steps: Step[] } | null;
    };

/** What an import is asked for. */
export type How = 'all' | 'integrator' | 'preview' | 'customer';

const some = fc.nat({ max: 7 });
const names = fc.constantFrom('Contoso', 'contoso ', 'Contoso Ltd', 'Fabrikam', 'Woodgrove', 'Adatum');

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
  { weight: 2, arbitrary: fc.record({ do: fc.constant('map' as const), customer: some, client: some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('ignore' as const), customer: some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unmap' as const), customer: some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('edit' as const), licence: some, count: fc.nat({ max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('inactive' as const), licence: some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), licence: some, wholly: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename' as const), client: some, name: names }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('time' as const), hours: fc.constantFrom(1, 5, 30, 24 * 40) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('adopt' as const), subscription: some, licence: some }) },
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

/** How Halo may behave, and what happens. */
export const anyHistory: fc.Arbitrary<{ psa: Partial<PsaSwitches>; recordsPerCall: number; steps: Step[] }> = fc.record({
  psa: fc.record({
    arrayAnswer: fc.constantFrom('last' as const, 'all' as const, 'all-when-asked' as const),
    arrayAtomic: fc.boolean(),
    arraysAccepted: fc.boolean(),
    deletedInLists: fc.boolean(),
    unstableOrder: fc.boolean(),
  }),
  recordsPerCall: fc.constantFrom(1, 3, 100),
  steps: fc.array(step, { minLength: 4, maxLength: 24 }),
});
