import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { Import } from '../../entities/index.js';
import type { Sandbox } from '../../src/sandbox/index.js';
import type { Running } from '../cli/run.js';
import { Relay } from '../support/relay.js';
import { atCall, isCreate, type Turn } from './at-call.js';
import { endState, twins } from './end-state.js';
import { scenario } from './figures.js';
import { Installation, KEYS } from './installation.js';
import { calmSandbox, type Size } from './lanes.js';
import { PostgresServer } from './postgres-server.js';
import { Service } from './service.js';
import { undisturbed, type Undisturbed } from './undisturbed.js';
import { until } from './until.js';

const SIZE: Size = { customers: 12, subscriptions: 10 };

/** What a worker says of an attempt that it ends without handing it back. */
const GIVEN_UP = 'was given up by this worker';

const ready = (service: Service): Promise<number> => service.get('/health/ready').then(({ status }) => status);

describe('When Postgres', () => {
  let whole: Undisturbed;
  let sandbox: Sandbox;
  let postgres: PostgresServer;
  let dataSource: DataSource;
  let installation: Installation | undefined;
  let inVain: Running;
  beforeAll(async () => {
    // It tries for the better part of a minute, while the other tests go on.
    inVain = Service.launch({ DATABASE_URL: 'postgres://isthmus:hush@127.0.0.1:1/isthmus', ISTHMUS_SECRET_KEYS: KEYS });
    whole = await undisturbed(SIZE);
  });
  afterAll(() => void inVain.child.kill('SIGKILL'));
  beforeEach(async () => {
    sandbox = await calmSandbox(SIZE);
    postgres = await PostgresServer.make();
  });
  afterEach(async () => {
    await installation?.close();
    installation = undefined;
    await postgres.remove();
    await sandbox.close();
  });

  /** An Isthmus on the test's own Postgres, which its processes reach at an address. */
  async function install(url: string): Promise<Installation> {
    dataSource = await postgres.migrated();
    installation = await Installation.on(sandbox, { url, dataSource, close: () => dataSource.destroy() });
    return installation;
  }

  /** As nothing had been imported yet. */
  async function startOver(): Promise<void> {
    sandbox.reset();
    const tables = ['licence_claims', 'links', 'mappings', 'subscription_lines', 'subscriptions', 'customers', 'imports'];
    await dataSource.query(tables.map((table) => `DELETE FROM ${table};`).join(' '));
    await dataSource.query(`UPDATE psa_instances SET client_keys_kept = NULL, licence_keys_kept = NULL`);
  }

  /** The import comes to its end. Time passes only for an attempt that is over. */
  async function finished(installation: Installation, service: Service, importId: string): Promise<Import> {
    let attemptsOver = service.timesSaid(GIVEN_UP);
    const row = await until('the end of the import', async () => {
      const found = await installation.row(importId);
      const over = service.timesSaid(GIVEN_UP);
      if (found.state === 'queued' || over > attemptsOver) await installation.letTimePass(importId);
      attemptsOver = over;
      return found.finishedAt !== null && found;
    });
    expect(row).toMatchObject({ state: 'succeeded_with_skips', error: null });
    expect(twins(sandbox)).toEqual([]);
    expect(await endState(installation)).toEqual(whole.state);
    return row;
  }

  it(
    'is restarted in mid-import without a warning, the import is finished all the same',
    scenario('Postgres restarted `immediate` in mid-import', 'ready red, then green; end state as undisturbed, no twin', async (tally) => {
      await postgres.start();
      const installation = await install(postgres.url);
      const service = await installation.start('all');
      await installation.connect(service);
      const creates = whole.calls.filter(isCreate).slice(0, -1);
      const points: [Turn, number, typeof isCreate][] = [
        ...[0.1, 0.4, 0.7].map((share): [Turn, number, typeof isCreate] => ['handled', Math.floor(share * whole.calls.length), () => true]),
        ...creates.map((_call, nth): [Turn, number, typeof isCreate] => ['handled', nth, isCreate]),
      ];
      for (const [turn, nth, chosen] of points) {
        await startOver();
        const seen: number[] = [];
        const restarted = atCall(
          sandbox,
          turn,
          nth,
          async () => {
            await postgres.endImmediately();
            seen.push(await until('ready to be red', () => ready(service).then((status) => status !== 200 && status)));
            await postgres.start();
          },
          chosen,
        );
        const importId = await installation.startImport(service);
        await restarted;
        seen.push(await until('ready to be green', () => ready(service).then((status) => status === 200 && status), 150_000));
        expect(seen).toEqual([503, 200]);
        const row = await finished(installation, service, importId);
        tally.runs += 1;
        tally.add('attempts', row.attempt);
      }
    }),
  );

  it(
    'is cut off without a word, ready turns red and green again, and the import is finished',
    scenario('Postgres black-holed by a proxy', 'ready red, then green; end state as undisturbed, no twin', async (tally) => {
      await postgres.start();
      const relay = await Relay.to(postgres.url);
      try {
        const installation = await install(relay.url);
        const service = await installation.start('all');
        await installation.connect(service);
        for (const nth of [2]) {
          await startOver();
          const seen: number[] = [];
          const cut = atCall(sandbox, 'handled', nth, () => relay.swallow(), isCreate);
          const importId = await installation.startImport(service);
          await cut;
          for (let probe = 0; probe < 3; probe += 1) seen.push(await ready(service));
          await relay.mend();
          seen.push(await until('ready to be green', () => ready(service).then((status) => status === 200 && status), 150_000));
          expect(seen).toEqual([503, 503, 503, 200]);
          // The attempt waits for an answer that was swallowed, and is silent.
          await installation.letTimePass(importId);
          const other = await installation.start('worker');
          const row = await finished(installation, service, importId);
          await other.kill();
          tally.runs += 1;
          tally.add('attempts', row.attempt);
        }
      } finally {
        await relay.cut();
      }
    }),
  );

  it(
    'is down at start, a process waits for it, and says clearly when it waits in vain',
    scenario('Postgres down at start', 'waits and says so; recovers when it comes in time, else exit code 69 and why', async (tally) => {
      await postgres.start();
      const { url } = postgres;
      await postgres.endImmediately();
      const patient = Service.launch({ DATABASE_URL: url, ISTHMUS_SECRET_KEYS: KEYS });
      try {
        await patient.shows('does not answer yet; trying again');
        await postgres.start();
        await patient.shows('Isthmus listens on');
        patient.child.kill('SIGTERM');
        expect(await patient.ended).toMatchObject({ code: 0 });
        tally.runs += 1;
        const { code, err } = await inVain.ended;
        expect(code).toBe(69);
        expect(err).toMatch(
          /The database at 127\.0\.0\.1:1\/isthmus cannot be reached: .+ Check DATABASE_URL and that Postgres runs there\./,
        );
        expect(err).not.toContain('hush');
        tally.runs += 1;
      } finally {
        patient.child.kill('SIGKILL');
      }
    }),
  );
});
