import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client, Licence } from '../../src/domain/index.js';
import { runImport, type ImportDeps } from '../../src/imports/run-import.js';
import type { WriteOutcome } from '../../src/imports/vendors.js';
import type { Call, Fault } from '../../src/sandbox/index.js';
import { standing } from './expected.js';
import { stage, type Stage } from './stage.js';

/** How long the clients wait for an answer to a write, in milliseconds of real time. */
const PATIENCE = 150;
/** How long one that nobody waits for any more is still on its way. */
const ON_ITS_WAY = 1000;

const SIZE = { customers: 24, subscriptions: 18 };

/** Ways in which the answer to a create is lost. */
const LOSSES: [string, Partial<Fault>][] = [
  ['reset before it was stored', { reset: true }],
  ['reset after it was stored', { reset: true, afterHandling: true }],
  ['cut after it was stored', { cut: true, afterHandling: true }],
  ['500 as a web page, nothing stored', { status: 500, body: '<html><title>500</title></html>', contentType: 'text/html' }],
  ['502 after it was stored', { status: 502, body: '<html><title>502</title></html>', contentType: 'text/html', afterHandling: true }],
  ['200 and empty after it was stored', { status: 200, body: '', afterHandling: true }],
  ['no answer in time, though it was stored', { dripMs: PATIENCE, afterHandling: true }],
  ['no answer in time, and nothing stored', { delayMs: 4 * PATIENCE }],
];

const CREATES = ['/api/Client', '/api/SoftwareLicence'];

const isCreate = (call: Call): boolean =>
  call.vendor === 'psa' && call.method === 'POST' && CREATES.includes(call.path.replace(/\?.*/, ''));

/** What the PSA holds, without what differs between two worlds that came about in another order. */
function state(on: Stage): unknown {
  const { clients, licences, sites } = standing(on.sandbox);
  const names = new Map(clients.map((client) => [client['id'], client['name']]));
  const plain = (rows: readonly Readonly<Record<string, unknown>>[]): string[] =>
    rows
      .map(({ id: _id, client_id, site_id: _site, main_site_id: _main, delivery_address, datecreated: _at, ...rest }) => {
        const { id: _address, ...address } = (delivery_address ?? {}) as Record<string, unknown>;
        return JSON.stringify({ ...rest, client: names.get(client_id), address });
      })
      .toSorted();
  return { clients: plain(clients), licences: plain(licences), sites: plain(sites) };
}

/** Between two posts that carry the same key, the list that would show it was looked at. */
function expectNothingPostedBlindly(calls: readonly Call[]): void {
  const last = new Map<string, number>();
  calls.forEach((call, at) => {
    if (!isCreate(call) || !Array.isArray(call.body)) return;
    const path = call.path.replace(/\?.*/, '');
    for (const record of call.body as Record<string, unknown>[]) {
      const key = String(record['snowid'] ?? record['ref']);
      const before = last.get(key);
      if (before !== undefined) {
        const looks = calls
          .slice(before + 1, at)
          .filter((look) => look.method === 'GET' && look.status === 200 && look.path.startsWith(`${path}?`));
        expect(looks.length).toBeGreaterThan(0);
      }
      last.set(key, at);
    }
  });
}

describe('When the answer to a create is lost', () => {
  let on: Stage;
  let undisturbed: unknown;
  let creates: { path: string; records: number }[];

  beforeAll(async () => {
    on = await stage({ ...SIZE, timeouts: { write: PATIENCE } });
    await on.run();
    undisturbed = state(on);
    creates = on.sandbox.kernel.calls.all().filter(isCreate);
  });
  afterAll(() => on.close());

  const at = (nth: number): Pick<Fault, 'vendor' | 'method' | 'path' | 'after'> => ({
    vendor: 'psa',
    method: 'POST',
    path: '^/api/(Client|SoftwareLicence)(\\?|$)',
    after: nth,
  });

  it('the imports below create clients and licences, alone and in arrays', () => {
    // A question whether it may be written, the canaries, and the rest.
    expect(creates.map(({ path, records }) => [path.replace(/\?.*/, ''), records])).toEqual([
      ['/api/Client', 0],
      ['/api/SoftwareLicence', 0],
      ['/api/SoftwareLicence', 1],
      ['/api/Client', 1],
      ['/api/Client', expect.any(Number)],
      ['/api/SoftwareLicence', expect.any(Number)],
    ]);
    for (const { records } of creates.slice(4)) expect(records).toBeGreaterThan(2);
  });

  it.each(LOSSES)('%s: at every create of an import, no twin comes of it, and one more import makes it whole', async (_name, loss) => {
    for (let nth = 0; nth < creates.length; nth += 1) {
      await on.reset(SIZE);
      on.sandbox.kernel.faults.add({ ...at(nth), ...loss });
      const first = await on.run();
      expect(on.sandbox.kernel.faults.list()[0]).toMatchObject({ disturbed: 1 });
      expect(['succeeded_with_skips', 'partly_failed']).toContain(first.row.state);
      const second = await on.run();
      expect(second.row).toMatchObject({ state: 'succeeded_with_skips', error: null });
      expect(state(on)).toEqual(undisturbed);
      expectNothingPostedBlindly(on.sandbox.kernel.calls.all());

      const writes = on.sandbox.psa.writes();
      const third = await on.run();
      expect(third.changes).toEqual([]);
      expect(on.sandbox.psa.writes()).toEqual(writes);
      expect(await unheardOf()).toEqual([]);
    }
  });

  /** Changes that no import said the end of. */
  async function unheardOf(): Promise<unknown> {
    return on.database.dataSource.query(`SELECT id FROM changes WHERE state IN ('planned', 'sent')`);
  }

  it.each(LOSSES)('%s: at each create in turn of one import, no twin comes of it', async (_name, loss) => {
    await on.reset(SIZE);
    on.sandbox.kernel.faults.add({ ...at(0), times: 6, ...loss });
    for (let more = 0; more < 4; more += 1) await on.run();
    expect(state(on)).toEqual(undisturbed);
    expectNothingPostedBlindly(on.sandbox.kernel.calls.all());
    expect(await unheardOf()).toEqual([]);
  });

  type Outcome = WriteOutcome<Client | Licence>;

  /** Dependencies in whose PSA something else happens in place of the nth create, which is made by clients of its own. */
  function tampered(nth: number, tamper: (create: () => Promise<Outcome>) => Promise<Outcome>): ImportDeps {
    let seen = 0;
    return {
      ...on.deps,
      async connect(...args) {
        const vendors = await on.deps.connect(...args);
        const { psa } = vendors;
        const [createClients, createLicences] = [psa.createClients.bind(psa), psa.createLicences.bind(psa)];
        const [tenant, instance] = args;
        const own = await on.deps.connect(tenant, instance, new AbortController().signal);
        const turn = (create: () => Promise<Outcome>, byItself: () => Promise<Outcome>): Promise<Outcome> => {
          seen += 1;
          return seen === nth + 1 ? tamper(() => byItself().finally(() => own.close())) : create();
        };
        psa.createClients = (clients) =>
          turn(
            () => createClients(clients),
            () => own.psa.createClients(clients),
          ) as Promise<WriteOutcome<Client>>;
        psa.createLicences = (licences) =>
          turn(
            () => createLicences(licences),
            () => own.psa.createLicences(licences),
          ) as Promise<WriteOutcome<Licence>>;
        return vendors;
      },
    };
  }

  it('a create that is stored only after everybody stopped waiting for it: the next import waits until it must have arrived', async () => {
    for (let nth = 0; nth < creates.length; nth += 1) {
      await on.reset(SIZE);
      on.lateMs = ON_ITS_WAY + 300;
      let arrived: Promise<unknown> = Promise.resolve();
      const deps = tampered(nth, (create) => {
        arrived = sleep(ON_ITS_WAY).then(create);
        return Promise.resolve({ kind: 'unclear', message: 'No answer came in time.', late: true });
      });
      const id = await on.queue();
      await runImport(deps, id, new AbortController().signal);
      const second = await on.run();
      expect(second.row.error).toBeNull();
      on.lateMs = 0;
      await arrived;
      await on.run();
      expect(state(on)).toEqual(undisturbed);
    }
  });

  it.each(['before', 'after'] as const)(
    'when the process dies %s a create was stored, the next attempt finds what there is and does the rest',
    async (when) => {
      for (let nth = 0; nth < creates.length; nth += 1) {
        await on.reset(SIZE);
        const id = await on.queue();
        const death = new AbortController();
        const deps = tampered(nth, async (create) => {
          if (when === 'after') await create();
          death.abort(new Error('the process died'));
          throw death.signal.reason as Error;
        });
        await expect(runImport(deps, id, death.signal)).rejects.toThrow('the process died');
        const left = (await on.result(id)).row;
        expect(left).toMatchObject({ attempt: 1, finishedAt: null });
        expect(['running', 'queued']).toContain(left.state);

        await on.forgetWorker(id);
        await runImport(on.deps, id, new AbortController().signal);
        const { row, changes, skips } = await on.result(id);
        expect(row).toMatchObject({ state: 'succeeded_with_skips', attempt: 2, phase: 'done', error: null });
        expect(state(on)).toEqual(undisturbed);
        expectNothingPostedBlindly(on.sandbox.kernel.calls.all());
        expect(await unheardOf()).toEqual([]);

        // Both attempts together did what one would have done, and nothing is counted twice.
        const applied = changes.filter((change) => change.state === 'applied');
        expect(changes.every((change) => change.state === 'applied' || change.state === 'superseded')).toBe(true);
        expect(row.counts.licences.created).toBe(
          applied.filter((change) => change.entity === 'licence' && change.action === 'create').length,
        );
        expect(row.counts).toMatchObject({
          clients: { created: creates[4]!.records + 1 },
          licences: { created: creates[5]!.records + 1 },
          skipped: skips.length,
          failed: 0,
        });
        expect((await on.run()).changes).toEqual([]);
      }
    },
  );
});
