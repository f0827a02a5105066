import { describe, expect, it } from '@jest/globals';
import { goesFirst } from '../../src/imports/goes-first.js';

const approval = { by: 'Ada', at: '2026-11-20T09:00:00Z', approved: [] };

describe('An import goes before those of the schedule', () => {
  it.each([
    ['a person asked for it', { trigger: 'manual', slot: null, approval: null }, true],
    ['an event in HaloPSA asked for it', { trigger: 'webhook', slot: null, approval: null }, true],
    ['a person had the integrator run now', { trigger: 'integrator', slot: null, approval: null }, true],
    ['a person approved what it held', { trigger: 'integrator', slot: '2026-11-20', approval }, true],
    ['never if it is of the schedule', { trigger: 'integrator', slot: '2026-11-20', approval: null }, false],
  ] as const)('%s', (_why, run, first) => {
    expect(goesFirst(run)).toBe(first);
  });
});
