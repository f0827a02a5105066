import { setImmediate as idle } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createRecords, type CreateOps } from '../../../src/imports/apply/create-records.js';
import { all, items, Psa, type Treatment } from './pretended-psa.js';

/** Turns of the event loop that are enough for whatever does not wait for a call. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await idle();
}

/** Ops whose posts wait until they are let go on, from the given one on. */
function held(psa: Psa, from: number): { ops: CreateOps<string, string>; posts: PromiseWithResolvers<void>[] } {
  const posts: PromiseWithResolvers<void>[] = [];
  const ops = psa.ops();
  const post: typeof ops.post = async (of) => {
    const outcome = await ops.post(of);
    if (psa.posts.length > from) {
      posts.push(Promise.withResolvers());
      await posts.at(-1)!.promise;
    }
    return outcome;
  };
  return { ops: { ...ops, post }, posts };
}

describe('What is created next', () => {
  it('is noted as sent while the call before is on its way, once one has passed, and posted when that has ended', async () => {
    const psa = new Psa(all(100));
    const { ops, posts } = held(psa, 0);
    const created = createRecords(items(75), ops);
    await settled();
    expect([psa.sizes, psa.noted.size]).toEqual([[25], 0]);
    posts[0]!.resolve();
    await settled();
    expect([psa.sizes, [...psa.noted]]).toEqual([[25, 25], items(75).slice(50)]);
    posts[1]!.resolve();
    await settled();
    expect([psa.sizes, psa.noted.size]).toEqual([[25, 25, 25], 0]);
    posts[2]!.resolve();
    await created;
    expect(psa.settled).toEqual(items(75));
  });

  it.each<[string, (psa: Psa) => void, (ops: CreateOps<string, string>) => void]>([
    ['calls take long', (psa) => (psa.msEach = 50), () => undefined],
    ['arrays still grow', (psa) => (psa.most = 200), () => undefined],
    ['it could not be taken back', () => undefined, (ops) => delete ops.ahead],
  ])('is noted only when its turn comes, where %s', async (_where, set, change) => {
    const psa = new Psa(all(100));
    set(psa);
    const { ops, posts } = held(psa, 1);
    change(ops);
    const created = createRecords(items(300), ops);
    await settled();
    expect([psa.posts.length, psa.noted.size]).toEqual([2, 0]);
    const letGo = setInterval(() => posts.forEach((post) => post.resolve()), 1);
    await created;
    clearInterval(letGo);
    expect(psa.settled.toSorted()).toEqual(items(300).toSorted());
  });

  it.each<[string, Treatment]>([
    ['was refused', { stores: 0, answer: 'refused', shows: 0 }],
    ['had no clear end', { stores: 3, answer: 'unclear', shows: 0 }],
    ['named only some of its records', { stores: 100, answer: 'stored', shows: 5 }],
  ])('is taken back, and posted once in its turn, where the call before %s', async (_what, second) => {
    const psa = new Psa((of, nth) => (nth === 1 ? second : all(100)(of)));
    const { ops, posts } = held(psa, 1);
    const takenBack: string[] = [];
    const created = createRecords(items(75), {
      ...ops,
      ahead: { ...ops.ahead!, takeBack: (of) => (takenBack.push(...of), ops.ahead!.takeBack(of)) },
    });
    await settled();
    expect([...psa.noted]).toEqual(items(75).slice(50));
    const letGo = setInterval(() => posts.forEach((post) => post.resolve()), 1);
    await created;
    clearInterval(letGo);
    expect(takenBack).toEqual(items(75).slice(50));
    expect(psa.unannounced).toEqual([]);
    expect(psa.settled.toSorted()).toEqual(items(75).toSorted());
    for (const item of takenBack) expect(psa.posts.filter((post) => post.includes(item)).length).toBe(1);
  });

  it.each<[string, (ops: CreateOps<string, string>, error: Error) => void]>([
    ['somebody asked for the end meanwhile', (ops, error) => (ops.ahead!.stillWanted = () => Promise.reject(error))],
    [
      'the call before showed that there is no more to write',
      (ops, error) => {
        const { post } = ops;
        let calls = 0;
        ops.post = (of) => ((calls += 1) === 2 ? Promise.reject(error) : post(of));
      },
    ],
  ])('is taken back, and not posted, where %s', async (_what, change) => {
    const psa = new Psa(all(100));
    const ops = psa.ops();
    const error = new Error('to end');
    change(ops, error);
    await expect(createRecords(items(75), ops)).rejects.toBe(error);
    expect(psa.stored).not.toContain('item 50');
    expect([...psa.noted].filter((item) => items(75).slice(50).includes(item))).toEqual([]);
  });

  it('keeps nobody from settling what the call before created, where it cannot be noted', async () => {
    const psa = new Psa(all(100));
    const ops = psa.ops();
    const { markSent } = ops;
    const error = new Error('lost');
    ops.markSent = (of) => (of.includes('item 50') ? Promise.reject(error) : markSent(of));
    await expect(createRecords(items(75), ops)).rejects.toBe(error);
    expect(psa.settled).toEqual(items(50));
    expect(psa.sizes).toEqual([25, 25]);
  });
});
