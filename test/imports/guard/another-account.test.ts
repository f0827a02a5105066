import { describe, expect, it } from '@jest/globals';
import type { Customer, Look } from '../../../src/domain/index.js';
import { isAnotherAccount } from '../../../src/imports/guard/another-account.js';

const customer = (id: number, name: string): Customer => ({ customerId: String(id), name, status: 'active' });
const look = (rows: Customer[], malformed: string[] = []): Look<Customer> => ({
  rows,
  complete: true,
  malformed: malformed.map((id) => ({ id, reason: 'It has no name.' })),
  dropped: 0,
});
const customers = (count: number, name: (at: number) => string): Customer[] =>
  Array.from({ length: count }, (_none, at) => customer(1_000_001 + at, name(at)));
const known = (rows: Customer[]): Map<string, string> => new Map(rows.map((row) => [row.customerId, row.name]));

const OURS = customers(12, (at) => `Ours ${at}`);

describe('An account is another one', () => {
  it.each<[string, Look<Customer>]>([
    ['when it shows none of the customers known before', look([customer(9, 'Ours 1'), customer(10, 'Ours 2')])],
    ['when it shows no customer at all', look([])],
    ['when it shows their ids under other names, as another region does', look(customers(30, (at) => `Theirs ${at}`))],
    ['when one or two of those names happen to be the same', look(customers(30, (at) => (at < 2 ? `Ours ${at}` : `Theirs ${at}`)))],
  ])('%s', (_when, shown) => {
    expect(isAnotherAccount(known(OURS), shown)).toBe(true);
  });
});

describe('It is the same one', () => {
  it.each<[string, Customer[], Look<Customer>]>([
    ['when nothing was known before', [], look(OURS)],
    ['when most are gone and the rest is as it was', OURS, look(OURS.slice(0, 1))],
    ['when some were renamed', OURS, look(OURS.map((row, at) => (at < 9 ? { ...row, name: `Renamed ${at}` } : row)))],
    ['when names are only written otherwise', OURS, look(OURS.map((row) => ({ ...row, name: ` ${row.name.toUpperCase()}, Ltd.` })))],
    ['when there are few and all were renamed', OURS.slice(0, 3), look(customers(3, (at) => `Renamed ${at}`))],
    [
      'when their records cannot be understood',
      OURS,
      look(
        [],
        OURS.map(({ customerId }) => customerId),
      ),
    ],
  ])('%s', (_when, before, shown) => {
    expect(isAnotherAccount(known(before), shown)).toBe(false);
  });
});
