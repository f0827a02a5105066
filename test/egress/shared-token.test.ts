import { describe, expect, it } from '@jest/globals';
import { SharedToken } from '../../src/egress/index.js';
import { VirtualPace } from './virtual-pace.js';

function setUp(lifeSeconds = 1500) {
  const pace = new VirtualPace();
  const state = { fetched: 0, fail: false };
  const token = new SharedToken({
    pace,
    fetch: async () => {
      state.fetched += 1;
      const value = `t${state.fetched}`;
      await pace.sleep(100);
      if (state.fail) throw new Error('no token');
      return { value, lifeSeconds };
    },
  });
  return { pace, state, token };
}

describe('a shared token', () => {
  it('is fetched once for concurrent callers', async () => {
    const { token, state } = setUp();
    expect(await Promise.all([token.get(), token.get(), token.get()])).toEqual(['t1', 't1', 't1']);
    expect(state.fetched).toBe(1);
  });

  it('is renewed 90 s before it ends', async () => {
    const { token, pace } = setUp(1500);
    const start = pace.now();
    await token.get();
    pace.move(start + 1_409_000 - pace.now());
    expect(await token.get()).toBe('t1');
    pace.move(1000);
    expect(await token.get()).toBe('t2');
  });

  it('of a short life is used for half of it', async () => {
    const { token, pace } = setUp(60);
    const start = pace.now();
    await token.get();
    pace.move(start + 29_000 - pace.now());
    expect(await token.get()).toBe('t1');
    pace.move(1000);
    expect(await token.get()).toBe('t2');
  });

  it('that was refused is dropped once, however many calls it refused', async () => {
    const { token, state } = setUp();
    const old = await token.get();
    token.drop(old);
    const fresh = await token.get();
    token.drop(old);
    expect(await token.get()).toBe(fresh);
    expect(state.fetched).toBe(2);
  });

  it('that could not be fetched fails all who wait, and is asked for again by the next', async () => {
    const { token, state } = setUp();
    state.fail = true;
    const results = await Promise.allSettled([token.get(), token.get()]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
    expect(state.fetched).toBe(1);
    state.fail = false;
    expect(await token.get()).toBe('t2');
  });
});
