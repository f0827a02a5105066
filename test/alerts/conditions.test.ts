import { describe, expect, it } from '@jest/globals';
import { conditionsOf, type Condition, type SettledImport, type TenantFacts } from '../../src/alerts/conditions.js';

const NOW = new Date('2026-03-02T12:00:00Z');
const ago = (hours: number): Date => new Date(NOW.getTime() - hours * 3_600_000);

const FACTS: TenantFacts = {
  name: 'Reseller',
  inUse: true,
  now: NOW,
  integratorEnabled: true,
  paused: false,
  pausedWhy: null,
  pausedFor: null,
  refusals: 0,
  verifiedAt: ago(1000),
  psaSecretSetAt: ago(1000),
  lastWhole: null,
  lastOfSubscriptions: null,
  last: null,
  waitingForApproval: null,
  lastSlot: { dueAt: ago(10), state: 'started', note: null },
  untakenSince: null,
  waitingCustomers: [],
};

function run(state: SettledImport['state'], changes: Partial<SettledImport> = {}): SettledImport {
  const at = { createdAt: ago(10), finishedAt: ago(9) };
  return { id: 'an-import', state, whole: true, entities: ['customers'], error: null, failed: 0, held: 0, ...at, ...changes };
}
function failed(
  code: string,
  actor: 'configuration' | 'vendor' | 'isthmus' = 'configuration',
  changes: Partial<SettledImport> = {},
): SettledImport {
  return run('failed', { error: { actor, code, message: 'It broke.' }, ...changes });
}
/** The facts after an import of all customers. */
const after = (last: SettledImport): Partial<TenantFacts> => ({ last, lastWhole: last });
const told = (changes: Partial<TenantFacts>): Condition[] => conditionsOf({ ...FACTS, ...changes });
const words = (changes: Partial<TenantFacts>): string[] => told(changes).map(({ condition }) => condition);
function only(changes: Partial<TenantFacts>): Condition {
  const [condition, ...others] = told(changes);
  expect(others).toEqual([]);
  return condition!;
}

describe('The conditions of a tenant', () => {
  it.each<[string, Partial<TenantFacts>]>([
    ['whose last import was good', after(run('succeeded'))],
    ['whose last import skipped something', after(run('succeeded_with_skips'))],
    ['that never imported', {}],
    ['that is switched off', { inUse: false, ...after(failed('x')), waitingForApproval: run('needs_approval'), untakenSince: ago(100) }],
  ])('are none for one %s', (_which, facts) => {
    expect(told(facts)).toEqual([]);
  });

  it.each([
    ['configuration', /put right what it says/],
    ['vendor', /nothing at first/],
    ['isthmus', /id of the import/],
  ] as const)('say what to do when %s must act', (actor, todo) => {
    const condition = only(after(failed('some_code', actor)));
    expect(condition).toMatchObject({ condition: 'import_failed', where: expect.stringContaining('an-import') });
    expect(condition.detail).toMatch(/It broke\./);
    expect(condition.detail).toMatch(todo);
  });

  it('get worse when it turns out that a person must act', () => {
    const [vendor, configuration] = [only(after(failed('a', 'vendor'))), only(after(failed('b', 'configuration')))];
    expect(configuration.weight).toBeGreaterThan(vendor.weight);
  });

  it('are no news because the same came again', () => {
    const [first, second] = [failed('x'), failed('x', 'configuration', { id: 'another', createdAt: ago(1), finishedAt: ago(0.5) })].map(
      (one) => only(after(one)),
    );
    expect(second!.detail).toBe(first!.detail);
    expect(second!.where).not.toBe(first!.where);
  });

  it('count an import that failed in part', () => {
    const condition = only(after(run('partly_failed', { failed: 3 })));
    expect(condition).toMatchObject({ condition: 'import_failed', detail: expect.stringContaining('could not write 3 changes') });
  });

  it('outlive a good import of one customer, and begin with a failed one', () => {
    const one = { whole: false, createdAt: ago(1), finishedAt: ago(1) };
    expect(words({ lastWhole: failed('x'), last: run('succeeded', one) })).toEqual(['import_failed']);
    expect(words({ lastWhole: run('succeeded'), last: failed('x', 'vendor', one) })).toEqual(['import_failed']);
  });
});

describe('Refused credentials', () => {
  it.each([
    ['marketplace_credentials', /The marketplace refuses/, /subscription key/],
    ['psa_credentials', /HaloPSA refuses/, /client id and secret/],
  ])('(%s) are told instead of the failure, with what to enter', (code, what, todo) => {
    const condition = only(after(failed(code)));
    expect(condition.condition).toBe('credentials_refused');
    expect(condition.summary).toMatch(what);
    expect(condition.detail).toMatch(todo);
  });

  it('are over once clients alone were imported with them', () => {
    const since = run('succeeded', { id: 'clients-alone', createdAt: ago(1), finishedAt: ago(1) });
    expect(words({ lastOfSubscriptions: failed('marketplace_credentials'), lastWhole: since, last: since })).toEqual([]);
    expect(words({ lastOfSubscriptions: failed('x'), lastWhole: since, last: since })).toEqual(['import_failed']);
  });

  it('are over once they were seen to work, or a new secret was entered', () => {
    expect(told({ ...after(failed('marketplace_credentials')), verifiedAt: ago(1) })).toEqual([]);
    expect(words({ ...after(failed('marketplace_credentials')), psaSecretSetAt: ago(1) })).toEqual(['credentials_refused']);
    expect(told({ ...after(failed('psa_credentials')), psaSecretSetAt: ago(1) })).toEqual([]);
  });

  it('are worse once the tenant is paused for them, and its days left alone are not told besides', () => {
    const refused = after(failed('marketplace_credentials'));
    const paused = { ...refused, paused: true, refusals: 3, pausedWhy: 'Refused three times.', pausedFor: 'marketplace' as const };
    const condition = only({ ...paused, lastSlot: { dueAt: ago(1), state: 'left_alone', note: 'It is paused.' } });
    expect(condition.weight).toBeGreaterThan(only(refused).weight);
    expect(condition.detail).toMatch(/Refused three times\..*\n.*subscription key.*verify the tenant\. That ends the pause/);
  });

  it.each([
    ['psa', /^HaloPSA refuses/, /client id and secret.*verify the PSA instance\. That ends the pause/],
    ['marketplace', /^The marketplace refuses/, /verify the tenant\. That ends the pause/],
  ] as const)('say whose they are and what to do while a pause for %s goes on, whatever was imported last', (pausedFor, who, todo) => {
    const paused = { paused: true, refusals: 3, pausedWhy: 'Refused three times.', pausedFor };
    for (const last of [{}, after(run('succeeded')), after(failed('x', 'vendor'))]) {
      const condition = only({ ...last, ...paused });
      expect(condition.detail).toMatch(who);
      expect(condition.detail).toMatch(todo);
    }
  });
});

describe('A missed run', () => {
  const leftAlone: Partial<TenantFacts> = { lastSlot: { dueAt: ago(5), state: 'left_alone', note: 'The tenant is paused: holidays.' } };

  it.each<[string, Partial<TenantFacts>, RegExp]>([
    ['was left alone', leftAlone, /paused: holidays.*\nWhat to do: /],
    [
      'waits too long for another import',
      { lastSlot: { dueAt: ago(4), state: 'waiting', note: null } },
      /Another import ran.*\nWhat to do: .*cancel it/,
    ],
    ['was taken by no process', { untakenSince: ago(2) }, /nothing started it.*\nWhat to do: .*"all" or "worker"/],
  ])('is one that %s', (_how, facts, says) => {
    expect(only(facts)).toMatchObject({ condition: 'run_missed', detail: expect.stringMatching(says) });
  });

  it.each<[string, Partial<TenantFacts>]>([
    ['waits for a short while', { lastSlot: { dueAt: ago(2), state: 'waiting', note: null } }],
    ['is just due', { untakenSince: ago(0.5) }],
    ['was left alone, but somebody imported since', { ...leftAlone, ...after(run('succeeded', { createdAt: ago(4) })) }],
    ['was left alone before the integrator was switched off', { ...leftAlone, integratorEnabled: false }],
  ])('is none that %s', (_how, facts) => {
    expect(told(facts)).toEqual([]);
  });
});

describe('What waits for a person', () => {
  it('are held changes, worse the more there are', () => {
    const [few, many] = [6, 60].map((held) => only({ waitingForApproval: run('needs_approval', { held }) }));
    expect(few).toMatchObject({ condition: 'import_held', detail: expect.stringContaining('holds 6 changes back') });
    expect(many!.weight).toBeGreaterThan(few!.weight);
  });

  it('are customers, the first of them by name, in whatever order they come', () => {
    const waitingCustomers = Array.from({ length: 12 }, (_, at) => ({
      customerId: `${at}`,
      name: `Customer ${'ABCDEFGHIJKL'[at]}`,
      why: 'ambiguous' as const,
    }));
    const condition = only({ waitingCustomers });
    expect(condition.detail).toMatch(
      /^12 customers wait.*“Customer A” \(several clients fit\), .*“Customer J” \(several clients fit\), and 2 more\./,
    );
    expect(only({ waitingCustomers: waitingCustomers.toReversed() })).toEqual(condition);
  });

  it('are told besides a failure', () => {
    const waitingCustomers = [{ customerId: '1', name: 'A', why: 'broken' as const }];
    expect(words({ ...after(failed('x')), waitingCustomers, waitingForApproval: run('needs_approval') })).toEqual([
      'import_failed',
      'import_held',
      'mappings_waiting',
    ]);
  });
});
