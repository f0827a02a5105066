import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { runImport } from '../../src/imports/run-import.js';
import { addClient, addCustomer, addSubscription, EMPTY, product } from './people.js';
import { stage, type Ran, type Stage } from './stage.js';

/** Lists of several pages. */
const SMALL = { ...EMPTY, marketplace: { maxLimit: 2 }, psa: { pageCaps: { client: 2, site: 2, licence: 2, ticket: 2, other: 2 } } };

describe('An import in the middle of which Postgres crashed and lost what it does not keep', () => {
  let on: Stage;
  let loses: string[];
  beforeAll(async () => {
    on = await stage(SMALL);
    const tables = await on.database.dataSource.query<{ name: string }[]>(
      `SELECT relname AS name FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r' AND relnamespace = 'public'::regnamespace`,
    );
    loses = tables.map(({ name }) => name);
  });
  afterEach(() => {
    delete on.sandbox.kernel.watch;
    jest.restoreAllMocks();
  });
  afterAll(() => on.close());

  const crash = (): Promise<unknown> => on.database.dataSource.query(`TRUNCATE ${loses.join(', ')}`);

  /** A Halo that was imported into before, and something that is new since. */
  async function place(): Promise<void> {
    await on.reset(SMALL);
    for (const name of ['Contoso', 'Wingtip', 'Litware Limited']) await addClient(on, name);
    const [contoso, fabrikam] = ['Contoso', 'Fabrikam', 'Adatum'].map((name) => addCustomer(on, name));
    const old = addSubscription(on, contoso!, [product('A')]);
    addSubscription(on, fabrikam!, [product('B')]);
    // Twice: what the first one created is in the PSA's lists from the second one on.
    await on.run();
    await on.run();
    // On a page that is read, while the others are known.
    await addClient(on, 'Made by hand');
    // The one is to be mapped to the client of its name, the other waits for a person.
    for (const name of ['Wingtip', 'Litware Ltd']) addSubscription(on, addCustomer(on, name), [product('C')]);
    on.sandbox.marketplace.world.changeSubscription(old, { products: [product('A', { quantity: 9 })] });
    addSubscription(on, fabrikam!, [product('D')]);
  }

  const text = (value: unknown): string => JSON.stringify(value);

  /** What people see in Halo, whatever the ids of records are. */
  function inHalo(): { clients: string[]; licences: string[] } {
    const { psa } = on.sandbox;
    return {
      clients: psa
        .clients()
        .map(({ name, ref, inactive }) => text([name, ref, inactive]))
        .toSorted(),
      licences: psa
        .licences()
        .map(({ snowid, name, count, is_active: active }) => text([snowid, name, count, active]))
        .toSorted(),
    };
  }

  /** Runs an import to its end, through as many attempts as it takes. */
  async function toTheEnd(): Promise<Ran> {
    const id = await on.queue();
    for (;;) {
      await runImport(on.deps, id, new AbortController().signal);
      const ran = await on.result(id);
      if (ran.row.finishedAt !== null) return ran;
      expect(ran.row).toMatchObject({ state: 'queued', error: null });
      await on.forgetWorker(id);
    }
  }

  async function undisturbed(): Promise<ReturnType<typeof inHalo>> {
    await place();
    expect((await toTheEnd()).row).toMatchObject({ state: 'succeeded_with_skips', attempt: 1 });
    return inHalo();
  }

  it('does what it would have done, whichever call to the PSA that was at', async () => {
    const whole = await undisturbed();
    const attempts: number[] = [];
    for (let nth = 0, crashed = true; crashed; nth += 1) {
      await place();
      crashed = false;
      let calls = 0;
      on.sandbox.kernel.watch = {
        handled: async ({ vendor, path }) => {
          if (vendor !== 'psa' || !/^\/api\/(Client|SoftwareLicence)/.test(path)) return;
          calls += 1;
          if (calls !== nth + 1) return;
          crashed = true;
          await crash();
        },
      };
      const { row } = await toTheEnd();
      expect([nth, row.error, row.state, inHalo()]).toEqual([nth, null, 'succeeded_with_skips', whole]);
      if (crashed) attempts.push(row.attempt);
    }
    // Once it was planned, nothing is missed; before, the import looked again.
    expect(attempts.at(-1)).toBe(1);
    expect(attempts).toContain(2);
  });

  it('does what it would have done, whatever was asked of what the look had shown', async () => {
    const whole = await undisturbed();
    const { dataSource } = on.database;
    const attempts: number[] = [];
    for (let nth = 0, crashed = true; crashed; nth += 1) {
      await place();
      crashed = false;
      let statements = 0;
      const query = dataSource.query.bind(dataSource) as (...args: unknown[]) => Promise<unknown>;
      jest.spyOn(dataSource, 'query').mockImplementation((async (...args: unknown[]) => {
        if (loses.some((table) => text(args[0]).includes(table)) && (statements += 1) === nth + 1) {
          crashed = true;
          await query(`TRUNCATE ${loses.join(', ')}`);
        }
        return query(...args);
      }) as typeof dataSource.query);
      const { row } = await toTheEnd();
      jest.restoreAllMocks();
      expect([nth, row.error, row.state, inHalo()]).toEqual([nth, null, 'succeeded_with_skips', whole]);
      if (crashed) attempts.push(row.attempt);
    }
    expect(attempts).toContain(2);
  });
});
