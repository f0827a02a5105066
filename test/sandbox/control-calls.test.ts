import { describe, expect, it } from '@jest/globals';
import { CallLog } from '../../src/sandbox/calls.js';

const call = (path: string) => ({ vendor: 'psa' as const, method: 'GET', path, status: 200, records: 0, faults: [] });

describe('the log of calls', () => {
  it('keeps the last ones, in order, and counts them all', () => {
    const log = new CallLog(10);
    for (let count = 1; count <= 35; count += 1) log.record(call(`/${count}`));
    expect(log.all().map(({ path }) => path)).toEqual(Array.from({ length: 10 }, (_, index) => `/${index + 26}`));
    expect(log.count('psa')).toBe(35);
    expect(log.count('marketplace')).toBe(0);
  });
});
