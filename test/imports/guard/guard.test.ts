import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { allowance, digestOf, guard, nameOfChange, takesAway, weigh, weightOf, type GuardFacts } from '../../../src/imports/guard/guard.js';
import type { LicenceUpdateChange, PlannedChange } from '../../../src/imports/plan/input.js';

const looks = (malformed: number): GuardFacts['looks'] => [
  { of: 'customers', seen: 10, malformed: 0 },
  { of: 'subscriptions', seen: 1000, malformed },
];

const FACTS: GuardFacts = {
  settings: { floor: 5, percent: 10 },
  activeLicences: 100,
  mappedClients: 100,
  hasImportedBefore: true,
  looks: looks(0),
};

function ending(id: number): LicenceUpdateChange {
  return {
    entity: 'licence',
    action: 'deactivate',
    customerId: '1',
    psaId: String(id),
    subscriptionId: String(id),
    line: 'A',
    before: { is_active: true, status: 'Active' },
    fields: { is_active: false, status: 'Cancelled' },
  };
}

function seats(id: number, before: number, count: number): LicenceUpdateChange {
  return { ...ending(id), action: 'update', before: { count: before }, fields: { count } };
}

function newClient(customerId: string): PlannedChange {
  return { entity: 'client', action: 'create', customerId, client: { name: 'N', ref: `ingram/us/${customerId}`, siteName: 'Main' } };
}

function newLicence(customerId: string, clientId: string | null): PlannedChange {
  return {
    entity: 'licence',
    action: 'create',
    customerId,
    subscriptionId: `s${customerId}`,
    line: 'A',
    fields: { client_id: clientId, count: 1 },
  };
}

/** Which of the changes wait. */
function held(changes: readonly PlannedChange[], facts: GuardFacts): PlannedChange[] {
  const reasons = guard(weigh(changes), facts);
  return changes.filter((change) => {
    const weight = weightOf(change);
    return weight !== undefined && reasons[weight] !== undefined;
  });
}

const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_none, at) => make(at + 1));

describe('What takes something away', () => {
  it.each<[string, PlannedChange, boolean]>([
    ['an ending', ending(1), true],
    ['seats dropping to nothing', seats(1, 7, 0), true],
    ['seats that were nothing before', seats(1, 0, 0), false],
    ['fewer seats', seats(1, 7, 1), false],
    ['a reactivation', { ...ending(1), action: 'reactivate', before: { is_active: false }, fields: { is_active: true } }, false],
    ['a new licence without seats', newLicence('1', '2'), false],
  ])('%s', (_what, change, expected) => {
    expect(takesAway(change)).toBe(expected);
  });
});

describe('The guard', () => {
  it('lets as many licences end as the greater of floor and percentage', () => {
    expect(allowance({ floor: 5, percent: 10 }, 100)).toBe(10);
    expect(allowance({ floor: 5, percent: 10 }, 20)).toBe(5);
    expect(held(many(10, ending), FACTS)).toHaveLength(0);
  });

  it('holds all of them when one more would end', () => {
    expect(held(many(11, ending), FACTS)).toHaveLength(11);
  });

  it('takes of a percentage only whole licences', () => {
    const facts = { ...FACTS, activeLicences: 109 };
    expect(held(many(10, ending), facts)).toHaveLength(0);
    expect(held(many(11, ending), facts)).toHaveLength(11);
  });

  it('counts endings and seats dropping to nothing together, and holds both', () => {
    const changes = [...many(6, ending), ...many(5, (at) => seats(at + 50, 3, 0)), ...many(3, (at) => seats(at + 80, 3, 2))];
    const waiting = held(changes, FACTS);
    expect(waiting).toHaveLength(11);
    expect(waiting.every(takesAway)).toBe(true);
  });

  it('holds the last licence of a tenant', () => {
    expect(held([ending(1)], { ...FACTS, activeLicences: 1 })).toHaveLength(1);
    expect(held([ending(1)], { ...FACTS, activeLicences: 2 })).toHaveLength(0);
  });

  it('holds endings when more than one record in twenty could not be understood', () => {
    expect(held([ending(1)], { ...FACTS, looks: looks(50) })).toHaveLength(0);
    expect(held([ending(1)], { ...FACTS, looks: looks(51) })).toHaveLength(1);
  });

  it('lets as many clients be created as the greater of floor and percentage', () => {
    const creates = many(10, (at) => newClient(String(at)));
    expect(held([...creates, newLicence('1', null)], FACTS)).toHaveLength(0);
    expect(held(creates, { ...FACTS, mappedClients: 99 })).toHaveLength(10);
  });

  it('holds many new clients at once, and their licences, but not those of others', () => {
    const creates = many(11, (at) => newClient(String(at)));
    const waiting = held([...creates, newLicence('1', null), newLicence('99', '7')], FACTS);
    expect(waiting).toHaveLength(12);
    expect(waiting).not.toContainEqual(newLicence('99', '7'));
  });

  it('lets a first import create as many clients as there are', () => {
    expect(
      held(
        many(500, (at) => newClient(String(at))),
        { ...FACTS, mappedClients: 0, hasImportedBefore: false },
      ),
    ).toHaveLength(0);
  });

  it('never lets more endings through than it may, whatever the mix', () => {
    fc.assert(
      fc.property(
        fc.nat(60),
        fc.nat(60),
        fc.nat(200),
        fc.nat(20),
        fc.nat(100),
        fc.nat(100),
        (endings, drops, active, floor, percent, malformed) => {
          const facts = { ...FACTS, settings: { floor, percent }, activeLicences: active, looks: looks(malformed) };
          const changes = [...many(endings, ending), ...many(drops, (at) => seats(at + 500, 2, 0))];
          const passed = changes.length - held(changes, facts).length;
          expect(passed).toBeLessThanOrEqual(allowance(facts.settings, active));
          expect(passed === 0 || passed < active).toBe(true);
        },
      ),
    );
  });
});

describe('The name of a change', () => {
  it('is the same in another plan of the same facts, and another for another end', () => {
    expect(nameOfChange(seats(1, 7, 0))).toBe(nameOfChange({ ...seats(1, 7, 0), before: { count: 6 } }));
    expect(nameOfChange(seats(1, 7, 0))).not.toBe(nameOfChange(seats(1, 7, 1)));
    expect(nameOfChange(ending(1))).not.toBe(nameOfChange(ending(2)));
  });

  it('does not depend on the order of fields', () => {
    const one = ending(1);
    expect(nameOfChange({ ...one, fields: { status: 'Cancelled', is_active: false } })).toBe(nameOfChange(one));
  });

  it('makes one digest of a list in any order', () => {
    expect(digestOf(['a', 'b'])).toBe(digestOf(['b', 'a']));
    expect(digestOf(['a'])).not.toBe(digestOf(['b']));
  });
});
