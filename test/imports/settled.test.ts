import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SettledPlan } from '../../entities/index.js';
import { addClient, addCustomer, addSubscription, EMPTY, licenceOf, product } from './people.js';
import { stage, type Ran, type Stage } from './stage.js';

const DAY = 86_400_000;

describe('What an import found settled', () => {
  let on: Stage;
  let subscriptionId: string;
  /** The import after the first one: the only one that plans what the first one made. */
  let planned: Ran;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  beforeEach(async () => {
    await on.reset(EMPTY);
    await addClient(on, 'Contoso');
    await addClient(on, 'Fabrikam Ltd');
    const customerId = addCustomer(on, 'Contoso');
    // Only alike: it waits for a person.
    addCustomer(on, 'Fabrikam');
    subscriptionId = addSubscription(on, customerId, [product('A')]);
    addSubscription(on, customerId, [product('B')], { status: 'pending' });
    await on.run();
    planned = await on.run();
  });
  afterAll(() => on.close());

  const rows = () => on.database.dataSource.getRepository(SettledPlan);
  const skipsOf = ({ skips }: Ran): unknown[] =>
    skips.map(({ entity, marketplaceId, line, psaId, reason, detail }) => ({ entity, marketplaceId, line, psaId, reason, detail }));

  /** Has what is settled count something that no plan would, so that it shows when it counts. */
  async function mark(): Promise<void> {
    const [kept] = await rows().find();
    kept!.parts[0]!.unchanged.licences = 40;
    await rows().save(kept!);
  }

  it('counts again, and leaves the same alone for the same reasons, without being planned', async () => {
    expect(planned.row.counts.licences.unchanged).toBe(1);
    expect(planned.skips.map(({ reason }) => reason).toSorted()).toEqual(['pending', 'suggested_customer']);
    const mappings = await on.mappings();
    await mark();
    for (const again of [await on.run(), await on.run({ preview: true }), await on.run()]) {
      expect(again.row.counts).toEqual({ ...planned.row.counts, licences: { ...planned.row.counts.licences, unchanged: 40 } });
      expect(again.row.state).toBe(planned.row.state);
      expect(skipsOf(again)).toEqual(skipsOf(planned));
      expect(await on.mappings()).toEqual(mappings);
    }
  });

  it.each<[string, () => unknown]>([
    ['the day is another', () => on.sandbox.kernel.clock.advance(DAY)],
    ['a setting is another', () => on.set({ subscriptionImport: { names: 'always' } })],
    ['the currency is another', () => on.set({ currency: 'EUR' })],
    [
      'a customer waits for nobody any more',
      () => on.database.dataSource.query(`UPDATE mappings SET state = 'ignored' WHERE state = 'suggested'`),
    ],
    ['one of its skips is not there any more', () => on.database.dataSource.query(`DELETE FROM skips`)],
  ])('is planned anew when %s', async (_what, happens) => {
    const before = await on.run();
    await mark();
    await happens();
    const { row, skips } = await on.run();
    expect(row.counts.licences.unchanged).toBeLessThanOrEqual(1);
    expect(skips).toHaveLength(before.skips.length);
  });

  it.each<[string, () => unknown, string]>([
    ['a licence', () => on.sandbox.psa.patchLicence(Number(licenceOf(on, subscriptionId)['id']), { count: 99 }), 'update'],
    ['a subscription', () => on.sandbox.marketplace.world.changeSubscription(subscriptionId, { name: 'Renamed' }), 'none'],
  ])('is planned anew when %s is another', async (_what, happens, action) => {
    await mark();
    await happens();
    const { row, changes } = await on.run();
    expect(row.counts.licences.unchanged).toBeLessThanOrEqual(1);
    expect(changes.map((change) => change.action)).toEqual(action === 'none' ? [] : [action]);
  });
});
