import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PsaInstance } from '../../entities/index.js';
import type { PsaSwitches } from '../../src/sandbox/index.js';
import { addClient, addCustomer, addSubscription, EMPTY, licenceOf, product } from './people.js';
import { stage, type Stage } from './stage.js';

const CLIENTS = 500;
const LICENCES = 550;

describe('As few calls to the PSA as the job allows', () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  afterAll(() => on.close());
  beforeEach(() => on.reset(EMPTY));

  const writes = (path: RegExp): number =>
    on.sandbox.kernel.calls.all().filter((call) => call.vendor === 'psa' && call.method === 'POST' && path.test(call.path)).length;

  it.each<[string, Partial<PsaSwitches>]>([
    ['shows all records of an array when asked', {}],
    ['shows the last record of an array alone', { arrayAnswer: 'last' }],
  ])('creates 500 clients and 550 licences in at most 60 calls in all, where it %s', async (_what, psa) => {
    on.sandbox.psa.set(psa);
    const customers = Array.from({ length: CLIENTS }, (_, at) => addCustomer(on, `Customer ${at}`));
    for (let at = 0; at < LICENCES; at += 1) addSubscription(on, customers[at % CLIENTS]!, [product(`P${at}`)]);
    const { row } = await on.run();
    expect(row.counts).toMatchObject({ clients: { created: CLIENTS }, licences: { created: LICENCES }, failed: 0 });
    expect(row.callsPsa).toBeLessThanOrEqual(60);
    const before = on.sandbox.psa.licences().length;
    expect(before).toBe(LICENCES);
    const again = await on.run();
    expect(again.row.counts).toMatchObject({ licences: { created: 0, updated: 0, unchanged: LICENCES } });
    expect(again.changes).toEqual([]);
  });

  it('updates hundreds in a few arrays', async () => {
    const clientId = await addClient(on, 'Contoso');
    const customerId = addCustomer(on, 'Contoso');
    const ids = Array.from({ length: 180 }, (_, at) => addSubscription(on, customerId, [product(`P${at}`)]));
    await on.run();
    for (const id of ids) on.sandbox.marketplace.world.changeSubscription(id, {}, { quantity: 8 });
    on.sandbox.kernel.clock.advance(3_600_000);
    on.sandbox.kernel.calls.clear();
    const { row } = await on.run();
    expect(row.counts.licences.updated).toBe(180);
    expect(licenceOf(on, ids[179]!)).toMatchObject({ count: 8, client_id: clientId });
    // 50, 100 and 30, and one array of nothing if it was not known before whether licences may be written.
    expect(writes(/SoftwareLicence/)).toBeLessThanOrEqual(4);
  });

  it('sends one record at a time to a PSA instance that is set so', async () => {
    on.sandbox.psa.set({ arraysAccepted: false });
    await on.database.dataSource.getRepository(PsaInstance).update({ id: on.psaInstance.id }, { recordsPerCall: 1 });
    const customers = Array.from({ length: 12 }, (_, at) => addCustomer(on, `Customer ${at}`));
    const ids = customers.map((customerId) => addSubscription(on, customerId));
    on.sandbox.kernel.calls.clear();
    const { row } = await on.run();
    expect(row.counts).toMatchObject({ clients: { created: 12 }, licences: { created: 12 }, failed: 0 });
    // And an array of nothing each, to learn whether they may be written.
    expect([writes(/Client/), writes(/SoftwareLicence/)]).toEqual([13, 13]);
    for (const id of ids) on.sandbox.marketplace.world.changeSubscription(id, {}, { quantity: 8 });
    on.sandbox.kernel.clock.advance(3_600_000);
    on.sandbox.kernel.calls.clear();
    expect((await on.run()).row.counts.licences.updated).toBe(12);
    expect(writes(/SoftwareLicence/)).toBe(12);
  });
});
