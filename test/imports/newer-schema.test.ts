import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source.js';
import { runImport } from '../../src/imports/run-import.js';
import { addCustomer, addSubscription, EMPTY } from './people.js';
import { stage, type Stage } from './stage.js';

let on: Stage;
/** With few connections, so that each of them has prepared what an import asks. */
let dataSource: DataSource;
beforeAll(async () => {
  on = await stage({ ...EMPTY, asInService: true });
  dataSource = createDataSource(on.database.url, { poolSize: 2 });
  await dataSource.initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await on.close();
});

it('A process goes on importing on its connections while a newer one adds columns to every table', async () => {
  const imported = async (): Promise<object> => {
    addSubscription(on, addCustomer(on, `Customer ${Math.random()}`));
    const id = await on.queue();
    await runImport({ ...on.deps, dataSource }, id, new AbortController().signal);
    const { error, attempt, counts } = (await on.result(id)).row;
    return { error, attempt, created: counts.licences.created };
  };
  const whole = { error: null, attempt: 1, created: 1 };
  for (let nth = 0; nth < 3; nth += 1) expect(await imported()).toEqual(whole);
  const prepared = await dataSource.query<unknown[]>('SELECT FROM pg_prepared_statements');
  expect(prepared.length).toBeGreaterThan(10);

  const tables = await dataSource.query<{ name: string }[]>(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`);
  for (const { name } of tables) await on.database.dataSource.query(`ALTER TABLE "${name}" ADD "added_later" text`);
  for (let nth = 0; nth < 3; nth += 1) expect(await imported()).toEqual(whole);
});
