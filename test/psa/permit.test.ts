import { describe, expect, it } from '@jest/globals';
import type { CallBudget, PsaDeps } from '../../src/psa/settings.js';
import { withClient, withHalo, type Reaction, type Received } from './halo.js';

const LICENCE = { id: 31, name: 'Office', count: 3, client_id: 7 };

/** A Halo with no clients, that throttles the first writes and then stores. */
function throttling(refusals: number): (call: Received) => Reaction | undefined {
  let left = refusals;
  return ({ method, path }) => {
    if (path === '/api/Client') return { body: { record_count: 0, clients: [] } };
    if (method !== 'POST' || path !== '/api/SoftwareLicence') return undefined;
    left -= 1;
    return left >= 0 ? { status: 429, body: '' } : { body: LICENCE };
  };
}

/** What a client asks and takes, in its order; `refuses` says what is not permitted any more. */
function noting(refuses: () => 'turn' | 'write' | undefined = () => undefined): { done: string[]; deps: Partial<PsaDeps> } {
  const done: string[] = [];
  const asked = (what: 'turn' | 'write') => async (): Promise<void> => {
    done.push(`asks for a ${what}`);
    if (refuses() === what) throw new Error(`No ${what}: in other hands.`);
  };
  const take = async (): Promise<void> => void done.push('takes a turn');
  return {
    done,
    deps: {
      permit: { beforeTurn: asked('turn'), beforeWrite: asked('write') },
      budget: { take, refused: () => undefined, accepted: () => undefined },
    },
  };
}

describe('A client that has to ask whether it may', () => {
  it('asks right before each turn in the budget, that of signing in too, and once more right before each write, repeats too', async () => {
    await withHalo(throttling(1), async (halo) => {
      const { done, deps } = noting();
      await withClient(
        halo.url,
        async (client) => {
          await client.clients();
          await client.createLicences([{ name: 'Office' }]);
        },
        { deps },
      );
      const turn = ['asks for a turn', 'takes a turn'];
      const write = [...turn, 'asks for a write'];
      // Where to sign in, signing in, the list, and the write twice.
      expect(done).toEqual([...turn, ...turn, ...turn, ...write, ...write]);
    });
  });

  it('takes no turn and sends nothing where it may take none, and fails with the reason', async () => {
    await withHalo(throttling(0), async (halo) => {
      const { done, deps } = noting(() => 'turn');
      await withClient(halo.url, (client) => expect(client.clients()).rejects.toThrow('No turn: in other hands.'), { deps });
      expect(done).toEqual(['asks for a turn']);
      expect(halo.received).toEqual([]);
    });
  });

  it('lets the budget ask again, as it may stand in its line for minutes', async () => {
    await withHalo(throttling(0), async (halo) => {
      let inLine = false;
      const { done, deps } = noting(() => (inLine ? 'turn' : undefined));
      const take: CallBudget['take'] = async (_signal, permit) => {
        inLine = true;
        await permit?.();
      };
      const budget = { ...deps.budget!, take };
      await withClient(halo.url, (client) => expect(client.clients()).rejects.toThrow('No turn'), { deps: { ...deps, budget } });
      expect(done).toEqual(['asks for a turn', 'asks for a turn']);
      expect(halo.received).toEqual([]);
    });
  });

  it('sends no write where it may make none', async () => {
    await withHalo(throttling(0), async (halo) => {
      const { deps } = noting(() => 'write');
      await withClient(halo.url, (client) => expect(client.createLicences([{ name: 'Office' }])).rejects.toThrow('No write'), { deps });
      expect(halo.api()).toEqual([]);
    });
  });
});
