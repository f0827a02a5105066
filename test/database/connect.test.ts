import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '../../src/database/connect.js';
import { isConnectionLost } from '../../src/database/connection-lost.js';
import { createDataSource } from '../../src/database/data-source.js';
import { DatabaseUnavailable } from '../../src/database/unavailable.js';
import { administer, onDatabaseNamed, SERVER_URL } from '../support/server.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { Relay } from '../support/relay.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error('It did not fail'),
    (error: unknown) => error as Error,
  );
}

const sleep = (): Promise<never> => Promise.reject(new Error('It was tried again'));

describe('connecting', () => {
  it('is tried again while nothing answers, and then given up without showing the password', async () => {
    const waits: number[] = [];
    const error = await failure(
      connect('postgres://u:hush@127.0.0.1:1/nothing', { attempts: 4, sleep: async (ms) => void waits.push(ms) }),
    );
    expect(error).toBeInstanceOf(DatabaseUnavailable);
    expect(error.message).toContain('127.0.0.1:1/nothing');
    expect(error.message).not.toContain('hush');
    expect(waits).toEqual([1000, 2000, 3000]);
  });

  it('succeeds once the database has come up', async () => {
    const { hostname, port } = new URL(database.url);
    let opened: Server | undefined;
    const relay = new URL(database.url);
    const listen = (): Promise<void> =>
      new Promise((resolve) => {
        opened = createServer(
          (socket: Socket) => void import('node:net').then(({ connect: dial }) => socket.pipe(dial(Number(port), hostname)).pipe(socket)),
        );
        opened.listen(Number(relay.port), '127.0.0.1', resolve);
      });
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    relay.port = String((probe.address() as { port: number }).port);
    await new Promise((resolve) => probe.close(resolve));

    const dataSource = await connect(relay.href, { attempts: 3, sleep: listen });
    expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await dataSource.destroy();
    await new Promise((resolve) => opened?.close(resolve));
  });

  it('is not tried again when the database refuses: a missing database, an unknown user', async () => {
    const missing = onDatabaseNamed(database.url, 'no_such_database');
    expect((await failure(connect(missing, { sleep }))).message).toContain('does not exist');
    const wrong = new URL(database.url);
    wrong.username = 'nobody_of_that_name';
    expect(await failure(connect(wrong.href, { sleep }))).toBeInstanceOf(DatabaseUnavailable);
  });
});

describe('a lost connection', () => {
  it('is told from a refused statement', async () => {
    const server = process.env[SERVER_URL] ?? '';
    const refused = await failure(database.dataSource.query('SELECT nonsense'));
    expect(isConnectionLost(refused)).toBe(false);
    expect(isConnectionLost(new Error('Any other'))).toBe(false);
    const name = new URL(database.url).pathname.slice(1);
    const sleeping = failure(database.dataSource.query('SELECT pg_sleep(60)'));
    for (let ended = false; !ended;) {
      await administer(
        server,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}' AND query LIKE '%pg_sleep(60)%'`,
      );
      ended = await Promise.race([sleeping.then(() => true), new Promise<boolean>((resolve) => setTimeout(resolve, 50, false))]);
    }
    expect(isConnectionLost(await sleeping)).toBe(true);
  });

  it('is known by every statement while nothing listens there, and not by what others fail to reach', async () => {
    const relay = await Relay.to(database.url);
    const dataSource = createDataSource(relay.url, { poolSize: 1 });
    await dataSource.initialize();
    try {
      await relay.cut();
      for (let nth = 0; nth < 3; nth += 1) expect(isConnectionLost(await failure(dataSource.query('SELECT 1')))).toBe(true);
      expect(isConnectionLost(await failure(dataSource.transaction(() => Promise.resolve())))).toBe(true);
      const vendor = await failure(fetch(relay.url.replace(/^postgres\w*:\/\/.*@/, 'http://')));
      expect((vendor.cause as { code?: unknown }).code).toBe('ECONNREFUSED');
      expect([vendor, vendor.cause].some(isConnectionLost)).toBe(false);
    } finally {
      await dataSource.destroy();
    }
  });
});
