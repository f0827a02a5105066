import { describe, expect, it } from '@jest/globals';
import type { SubscriptionDetail } from '../../src/domain/index.js';
import { askForAbsent } from '../../src/imports/ask-for-absent.js';

const detail = (subscriptionId: string): SubscriptionDetail => ({ subscriptionId, customerId: 'c', status: 'active', lines: [] });

/** A marketplace that knows some ids, except at some of its calls (from 0), when another account answers that knows others. */
function marketplace(own: string[], elsewhere: { calls: number[]; ids: string[] } = { calls: [], ids: [] }) {
  const asked: string[] = [];
  return {
    asked,
    subscription: async (id: string): Promise<SubscriptionDetail | null> => {
      const known = elsewhere.calls.includes(asked.length) ? elsewhere.ids : own;
      asked.push(id);
      return known.includes(id) ? detail(id) : null;
    },
  };
}

const ask = (seller: ReturnType<typeof marketplace>, ids: string[], listed: string[]): ReturnType<typeof askForAbsent> =>
  askForAbsent(seller, { ids, listed: listed.map(detail), linked: new Set(['kept', ...ids]) }, () => Promise.resolve());

const unreadable = { id: 'gone', reason: expect.stringContaining('another account') };

describe('asking for subscriptions that a list lacks', () => {
  it('takes one for gone whose id is not known twice, while one that is listed is', async () => {
    const seller = marketplace(['kept', 'new']);
    expect(await ask(seller, ['gone'], ['new', 'kept'])).toEqual(new Map([['gone', null]]));
    // The witness is one of whom more is known than this list.
    expect(seller.asked).toEqual(['gone', 'kept', 'gone']);
  });

  it('asks once for one that is there after all', async () => {
    const seller = marketplace(['kept', 'hidden']);
    expect(await ask(seller, ['hidden'], ['kept'])).toEqual(new Map([['hidden', detail('hidden')]]));
    expect(seller.asked).toEqual(['hidden']);
  });

  it.each([[[0]], [[0, 1]], [[1]], [[1, 2]], [[2]], [[0, 1, 2]]])(
    'believes nothing of what another account answers at calls %j in a row',
    async (calls) => {
      const answers = await ask(marketplace(['kept', 'gone'], { calls, ids: ['foreign'] }), ['gone'], ['kept']);
      expect(answers.get('gone')).not.toBeNull();
    },
  );

  it('proves nothing where nothing is listed', async () => {
    expect(await ask(marketplace(['kept']), ['gone'], [])).toEqual(new Map([['gone', unreadable]]));
  });
});
