import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRecords, type CreateOps } from '../../../src/imports/apply/create-records.js';
import type { WriteOutcome } from '../../../src/imports/vendors.js';
import { all, create, items, Psa, singles, type Treatment } from './pretended-psa.js';

describe('Creating many records', () => {
  it('goes in small arrays, without any look where the answers show them all', async () => {
    const psa = await create(60, new Psa(all(100)));
    expect(psa.sizes).toEqual([25, 25, 10]);
    expect(psa.events.every(([what]) => what === 'post')).toBe(true);
    expect(psa.settled).toEqual(items(60));
    expect(psa.waited).toBe(0);
  });

  it('learns the ids of the rest by one look at the end, and one after the first array, where answers show the last one alone', async () => {
    const psa = await create(100, new Psa(all(1)));
    expect(psa.sizes).toEqual([25, 25, 25, 25]);
    expect(psa.events.map(([what]) => what)).toEqual(['post', 'look', 'post', 'post', 'post', 'look']);
    expect(psa.settled.toSorted()).toEqual(items(100).toSorted());
  });

  describe('settles what two calls created beside the next one', () => {
    /** Ops whose settling goes on until it is let go on. */
    function slowly(psa: Psa): { ops: CreateOps<string, string>; open: PromiseWithResolvers<void>[] } {
      const open: PromiseWithResolvers<void>[] = [];
      const ops = psa.ops();
      const settle = async (created: ReadonlyMap<string, string>): Promise<void> => {
        open.push(Promise.withResolvers());
        await open.at(-1)!.promise;
        await ops.settle(created);
      };
      return { ops: { ...ops, settle }, open };
    }
    const idle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

    it('and no more', async () => {
      const psa = new Psa(all(100));
      const { ops, open } = slowly(psa);
      const created = createRecords(items(100), ops);
      await idle();
      expect([psa.posts.length, open.length]).toEqual([3, 2]);
      open[1]!.resolve();
      await idle();
      expect([psa.posts.length, open.length]).toEqual([3, 2]);
      open[0]!.resolve();
      await idle();
      expect([psa.posts.length, open.length]).toEqual([4, 4]);
      for (const settling of open) settling.resolve();
      await created;
      expect(psa.settled.toSorted()).toEqual(items(100).toSorted());
    });

    it('and is done with it before anything else is looked for', async () => {
      const psa = new Psa((of, nth) => (nth === 1 ? { stores: 0, answer: 'unclear', shows: 0 } : all(100)(of)));
      const { ops, open } = slowly(psa);
      const created = createRecords(items(60), ops);
      await idle();
      expect([psa.events.map(([what]) => what), open.length]).toEqual([['post', 'post'], 1]);
      const letGo = setInterval(() => open.forEach((settling) => settling.resolve()), 1);
      await created;
      clearInterval(letGo);
      expect(psa.settled.toSorted()).toEqual(items(60).toSorted());
    });

    it('and ends, where one could not be settled, only once the others are', async () => {
      const psa = new Psa(all(100));
      const { ops, open } = slowly(psa);
      let ended: unknown;
      const created = createRecords(items(100), ops).catch((error: unknown) => (ended = error));
      await idle();
      open[0]!.reject(new Error('lost'));
      await idle();
      expect([psa.posts.length, ended]).toEqual([3, undefined]);
      open[1]!.resolve();
      await created;
      expect(ended).toEqual(new Error('lost'));
      expect(psa.settled).toEqual(items(50).slice(25));
    });
  });

  it('finds out soon that a PSA takes no arrays, and goes one by one from then on', async () => {
    const psa = await create(60, new Psa(singles));
    expect(psa.sizes.filter((size) => size > 1)).toEqual([25, 13, 7, 4, 2]);
    expect(psa.settled.toSorted()).toEqual(items(60).toSorted());
  });

  it('goes one by one, too, where only the last record of an array is stored', async () => {
    const psa = new Psa((of) => ({ stores: of.length, answer: 'stored', shows: 1 }));
    const post = psa.ops();
    const ops: CreateOps<string, string> = {
      ...post,
      post: async (of) => {
        const outcome = await post.post(of);
        psa.stored.splice(psa.stored.length - of.length, of.length - 1);
        return outcome;
      },
    };
    await createRecords(items(50), ops);
    expect(psa.sizes.filter((size) => size > 1)).toEqual([25]);
    expect(psa.settled.toSorted()).toEqual(items(50).toSorted());
    expect(new Set(psa.stored).size).toBe(50);
  });

  it('finds one bad record by halving, and does all others', async () => {
    const bad = 'item 17';
    const psa = await create(
      50,
      new Psa((of) => {
        const at = of.indexOf(bad);
        return at < 0 ? { stores: of.length, answer: 'stored', shows: of.length } : { stores: at, answer: 'refused', shows: 0 };
      }),
    );
    expect([...psa.failed]).toEqual([[bad, 'No.']]);
    expect(psa.settled.toSorted()).toEqual(
      items(50)
        .filter((item) => item !== bad)
        .toSorted(),
    );
    expect(psa.posts.length).toBeLessThan(14);
    // What was not posted before goes on in arrays, smaller ones at first.
    expect(psa.sizes.slice(-2)).toEqual([13, 12]);
  });

  it('posts larger arrays while they are stored quickly, up to what the PSA instance takes', async () => {
    const treat = (of: readonly string[]): Treatment => ({ stores: of.length, answer: 'stored', shows: of.length });
    const quick = new Psa(treat);
    quick.most = 100;
    await create(500, quick);
    expect(quick.sizes).toEqual([25, 50, 100, 100, 100, 100, 25]);
    const slow = new Psa(treat);
    [slow.most, slow.msEach] = [100, 500];
    await create(500, slow);
    expect(Math.max(...slow.sizes)).toBe(25);
    const slower = new Psa(treat);
    [slower.most, slower.msEach] = [100, 1500];
    await create(100, slower);
    expect(slower.sizes.slice(0, 3)).toEqual([25, 13, 13]);
    const single = new Psa(treat);
    single.most = 1;
    await create(5, single);
    expect(single.sizes).toEqual([1, 1, 1, 1, 1]);
  });

  it('gives up after ten in a row, and says of the rest that it was not tried', async () => {
    const psa = await create(200, new Psa(() => ({ stores: 0, answer: 'refused', shows: 0 })));
    const messages = Object.entries(Object.groupBy([...psa.failed.values()], (message) => message)).map(([message, of]) => [
      message,
      of!.length,
    ]);
    expect(messages).toEqual([
      ['No.', expect.any(Number)],
      ['HaloPSA took none of the last 10 of these, so the rest was not tried.', expect.any(Number)],
    ]);
    expect(psa.failed.size).toBe(200);
    expect(psa.posts.length).toBeLessThan(30);
  });

  it('does not send again what may still arrive, and looks before it sends anything else again', async () => {
    const late = await create(3, new Psa(() => ({ stores: 0, answer: 'late', shows: 0 })));
    expect(late.posts.length).toBe(1);
    expect(late.failed.size).toBe(3);
    expect(late.waited).toBe(20_000);

    const unclear = await create(3, new Psa((_of, nth) => ({ stores: 0, answer: nth === 0 ? 'unclear' : 'stored', shows: 1 })));
    expect(unclear.sizes).toEqual([3, 1, 1, 1]);
    expect(unclear.events.slice(0, 3).map(([what]) => what)).toEqual(['post', 'look', 'look']);
  });

  it.each([401, 403])('ends at once when it may not write (%i)', async (status) => {
    const psa = new Psa(all(1));
    const ops = {
      ...psa.ops(),
      post: () => Promise.resolve<WriteOutcome<string>>({ kind: 'refused', status, message: 'HaloPSA does not allow it.' }),
    };
    await expect(createRecords(items(30), ops)).rejects.toMatchObject({
      actor: 'configuration',
      code: 'psa_permission',
      message: 'HaloPSA does not allow it.',
    });
    expect(psa.failed.size).toBe(25);
  });

  it('ends at once when it is throttled for good', async () => {
    const psa = new Psa(all(1));
    const ops = {
      ...psa.ops(),
      post: () => Promise.resolve<WriteOutcome<string>>({ kind: 'refused', status: 429, message: 'Too many calls.' }),
    };
    await expect(createRecords(items(30), ops)).rejects.toMatchObject({ actor: 'vendor', code: 'psa_throttled' });
  });

  it('ends, makes no twin, posts nothing blindly and says of everything what became of it, however the PSA behaves', async () => {
    const anyTreatment: fc.Arbitrary<Treatment> = fc.record({
      stores: fc.constantFrom(0, 1, 3, 100),
      answer: fc.constantFrom('stored', 'stored', 'refused', 'unclear', 'late'),
      shows: fc.constantFrom(0, 1, 100),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.array(anyTreatment, { maxLength: 30 }),
        anyTreatment,
        fc.array(fc.nat(59), { maxLength: 3 }),
        fc.constantFrom(3, 10, 25),
        async (count, treatments, after, hidden, most) => {
          const lost = new Set(hidden.map((at) => `item ${at}`));
          const psa = new Psa((_of, nth) => treatments[nth] ?? after, lost);
          psa.most = most;
          await create(count, psa);
          expect([psa.unannounced, psa.noted.size]).toEqual([[], 0]);
          const seen = new Set([...psa.settled, ...psa.failed.keys()]);
          expect(seen.size).toBe(count);
          expect(psa.settled.length).toBe(new Set(psa.settled).size);
          expect(psa.settled.filter((item) => psa.failed.has(item))).toEqual([]);
          expect(psa.checks).toBe(psa.posts.length);
          for (const item of items(count)) {
            // What the PSA stores and never lists cannot be told from what it lost; all else is there once.
            if (!lost.has(item)) expect(psa.stored.filter((one) => one === item).length).toBeLessThanOrEqual(1);
            expect(psa.posts.filter((post) => post.includes(item)).length).toBeLessThanOrEqual(8);
            const events = psa.events.filter(([, of]) => of.includes(item)).map(([what]) => what);
            expect(events.join(' ')).not.toContain('post post');
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
