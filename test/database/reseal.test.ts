import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PsaInstance } from '../../entities/index.js';
import { requireKeys } from '../../src/database/require-keys.js';
import { reseal } from '../../src/database/reseal.js';
import { SEALED_COLUMNS, sealedValues } from '../../src/database/sealed-values.js';
import { keyIdOf, Sealer } from '../../src/database/sealing.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const key = (kid: string, fill: number): { kid: string; key: Uint8Array } => ({ kid, key: new Uint8Array(32).fill(fill) });
const old = new Sealer([key('k1', 1)]);
const both = new Sealer([key('k2', 2), key('k1', 1)]);

let database: TestDatabase;
let id: string;
beforeEach(async () => {
  database = await createTestDatabase();
  id = await stored();
});
afterEach(() => database.close());

/** A PSA instance whose three secrets are sealed. */
async function stored(sealer: Sealer = old): Promise<string> {
  const row = randomUUID();
  const sealed = (column: string): Promise<string> => sealer.seal(`the ${column}`, { table: 'psa_instances', column, row });
  await database.dataSource.manager.insert(PsaInstance, {
    id: row,
    name: 'n',
    baseUrl: 'https://halo.example.com',
    clientId: 'c',
    clientSecret: await sealed('client_secret'),
    iframeSecret: await sealed('iframe_secret'),
    webhookSecret: await sealed('webhook_secret'),
    secretsSetAt: { clientSecret: '2026-01-01T00:00:00Z', iframeSecret: '2026-01-01T00:00:00Z', webhookSecret: '2026-01-01T00:00:00Z' },
  });
  return row;
}

const instance = (): Promise<PsaInstance> => database.dataSource.manager.findOneByOrFail(PsaInstance, { id });
const opened = async (sealer: Sealer): Promise<string[]> =>
  Promise.all((await sealedValues(database.dataSource)).map(({ sealed, place }) => sealer.open(sealed, place)));
const set = (column: string, value: string): Promise<unknown> =>
  database.dataSource.query(`UPDATE psa_instances SET ${column} = $1`, [value]);

describe('sealing anew', () => {
  it('keeps what is sealed, and leaves no trace but the key', async () => {
    const before = await instance();
    expect(await reseal(database.dataSource, both, { forget: false })).toEqual({ kid: 'k2', resealed: 3, already: 0, lost: [] });
    expect(await opened(new Sealer([key('k2', 2)]))).toEqual(['the client_secret', 'the iframe_secret', 'the webhook_secret']);
    const { updatedAt, secretsSetAt } = await instance();
    expect({ updatedAt, secretsSetAt }).toEqual({ updatedAt: before.updatedAt, secretsSetAt: before.secretsSetAt });
    expect(await reseal(database.dataSource, both, { forget: false })).toEqual({ kid: 'k2', resealed: 0, already: 3, lost: [] });
  });

  it('never puts an older secret over one that is entered meanwhile', async () => {
    const entered = await old.seal('entered meanwhile', { table: 'psa_instances', column: 'client_secret', row: id });
    let times = 0;
    const slow = Object.create(both) as Sealer;
    slow.open = async (sealed, place) => {
      const plain = await both.open(sealed, place);
      if (place.column === 'client_secret' && (times += 1) === 1) await set('client_secret', entered);
      return plain;
    };
    expect((await reseal(database.dataSource, slow, { forget: false })).lost).toEqual([]);
    expect((await opened(both))[0]).toBe('entered meanwhile');
    expect(new Set((await sealedValues(database.dataSource)).map(({ sealed }) => keyIdOf(sealed)))).toEqual(new Set(['k2']));
  });

  it('leaves what no key opens, and names it; forgets it when told to', async () => {
    const other = new Sealer([key('k3', 3)]);
    const lost = ['client_secret', 'iframe_secret', 'webhook_secret'].map((column) => `psa_instances.${column} of ${id}`);
    const before = await sealedValues(database.dataSource);
    expect(await reseal(database.dataSource, other, { forget: false })).toEqual({ kid: 'k3', resealed: 0, already: 0, lost });
    expect(await sealedValues(database.dataSource)).toEqual(before);
    expect(await reseal(database.dataSource, other, { forget: true })).toMatchObject({ lost });
    await requireKeys(database.dataSource, other);
    expect(await instance()).toMatchObject({ iframeSecret: null, secretsSetAt: {} });
    // Nobody can guess what stands there instead, above all not the empty text.
    const [client, webhook] = await opened(other);
    expect([client?.length, webhook?.length]).toEqual([43, 43]);
    expect(client).not.toBe(webhook);
  });
});

describe('the keys that a start needs', () => {
  it('are all that something is sealed with', async () => {
    await expect(requireKeys(database.dataSource, both)).resolves.toBeUndefined();
    await expect(requireKeys(database.dataSource, new Sealer([key('k2', 2)]))).rejects.toThrow(
      /lacks the key "k1", which 3 secrets are sealed with: add it again.*--forget-lost/,
    );
  });

  it('are the very ones, not others of the same name', async () => {
    await expect(requireKeys(database.dataSource, new Sealer([key('k1', 9)]))).rejects.toThrow(/names a key "k1" that does not open/);
  });

  it('are not doubted for one value that was changed, moved or never sealed', async () => {
    const [client] = await sealedValues(database.dataSource);
    for (const value of ['no sealed value', `${client?.sealed.slice(0, -4)}AAAA`, client?.sealed ?? '']) {
      await set('iframe_secret', value);
      await expect(requireKeys(database.dataSource, old)).resolves.toBeUndefined();
    }
  });
});

describe('what is known of sealed columns', () => {
  it('is whatever the entities say is sealed', () => {
    const named = database.dataSource.entityMetadatas.flatMap((entity) =>
      entity.columns
        .filter(({ databaseName }) => /password|secret$|_key$/.test(databaseName))
        .map((column) => `${entity.tableName}.${column.databaseName}`),
    );
    expect(SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).toSorted()).toEqual(named.toSorted());
  });
});
