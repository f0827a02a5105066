import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Query } from '../../../src/imports/store/query.js';
import { licencesFor, storeShown } from '../../../src/imports/store/shown.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { licence } from '../plan/world.js';

describe('What a look showed', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.close());

  it('is found by the keys of the marketplace that the tenant is of now', async () => {
    const tenantId = randomUUID();
    const query: Query = (sql, parameters) => database.dataSource.query(sql, parameters);
    const keyOf = async (marketplace: string): Promise<unknown> => {
      const shown = [licence('1', '7', { snowid: 'ingram/uk/100' })];
      await storeShown({ query }, (work) => work(query), licencesFor(marketplace), tenantId, shown);
      const [row] = (await query(`SELECT key_of FROM psa_licences WHERE tenant_id = $1`, [tenantId])) as { key_of: string | null }[];
      return row?.key_of;
    };
    expect(await keyOf('us')).toBeNull();
    expect(await keyOf('uk')).toBe('100');
  });
});
