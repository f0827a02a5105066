import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Call } from '../../src/sandbox/index.js';
import { begin, endLocks, haltCall, silentFor } from './halted.js';
import { addClient, addCustomer, addSubscription, EMPTY, product } from './people.js';
import { SAFE_AFTER_MS } from '../../src/imports/store/take-over.js';
import { stage, type Stage } from './stage.js';

describe('Licences that were left behind at a client, and are made again at another one', () => {
  let on: Stage;
  let ids: string[];
  let left: string[];
  let newClient: string;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  afterAll(() => on.close());

  beforeEach(async () => {
    await on.reset(EMPTY);
    await addClient(on, 'Contoso');
    newClient = String(await addClient(on, 'Fabrikam'));
    const customerId = addCustomer(on, 'Contoso');
    ids = ['A', 'B', 'C'].map((mpn) => addSubscription(on, customerId, [product(mpn)]));
    await on.run();
    left = (await on.links()).map(({ licenceId }) => licenceId!);
    await on.map(customerId, { clientId: newClient });
    await on.database.dataSource.query(`UPDATE links SET archived_at = now(), archived_why = 'recreate'`);
  });

  const isCreate = (call: Call): boolean => call.vendor === 'psa' && call.method === 'POST' && call.path.startsWith('/api/SoftwareLicence');

  /** Each line has a licence of its own at the new client; the old ones are as they were. */
  async function expectMadeAgain(): Promise<void> {
    const links = (await on.links()).filter(({ archivedAt }) => archivedAt === null);
    expect(links.map(({ subscriptionId }) => subscriptionId).toSorted()).toEqual(ids.toSorted());
    const made = new Set(links.map(({ licenceId }) => licenceId));
    const [kept, others] = [true, false].map((wanted) => on.sandbox.psa.licences().filter(({ id }) => made.has(String(id)) === wanted));
    expect(kept!.map((licence) => String(licence['client_id']))).toEqual(ids.map(() => newClient));
    expect(others!.map(({ id }) => String(id)).toSorted()).toEqual(left.toSorted());
  }

  it.each([
    ['names the last record only', { arrayAnswer: 'last' as const }],
    ['takes no arrays', { arraysAccepted: false }],
  ])('are not taken for the new ones where HaloPSA %s', async (_what, psa) => {
    on.sandbox.psa.set(psa);
    await on.run();
    await expectMadeAgain();
  });

  it.each([
    ['was not stored', { reset: true }],
    ['was stored', { reset: true, afterHandling: true }],
  ])('are not taken for the new ones when the answer to a create that %s is lost', async (_what, lost) => {
    on.sandbox.kernel.faults.add({ vendor: 'psa', method: 'POST', path: '^/api/SoftwareLicence', times: 1, ...lost });
    await on.run();
    await on.run();
    await expectMadeAgain();
  });

  it.each(['arrived', 'handled'] as const)(
    'are not taken for the new ones by who goes on after a crash when a create had %s',
    async (turn) => {
      const id = await on.queue();
      // Nothing becomes of one that has only come in.
      if (turn === 'arrived')
        on.sandbox.kernel.faults.add({ vendor: 'psa', method: 'POST', path: '^/api/SoftwareLicence', times: 1, reset: true });
      const halt = haltCall(on.sandbox, turn, isCreate);
      const attempt = begin(on.deps, id);
      await halt.reached;
      await silentFor(on, id, SAFE_AFTER_MS / 1000 + 1);
      await endLocks(on);
      on.sandbox.kernel.watch = {};
      await begin(on.deps, id);
      halt.letGo();
      await attempt.catch(() => undefined);
      await on.run();
      await expectMadeAgain();
    },
  );
});
