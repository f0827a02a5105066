import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LightMyRequestResponse } from 'fastify';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';
import { everythingOf, type Ground, ground, knownOn } from './ground.js';
import { operationsOf, type Operation } from './operations.js';
import { foreignRequests, hostileRequests, plainRequests } from './plain-requests.js';
import { anyRequest, type Sent } from './requests.js';

/** One seed, so that what was found is found again; another one finds other things. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_121);
/** Requests to a route that takes neither a body nor much of a query: half as many; to one with a body: twice as many. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 5);

/** On a machine that has nothing else to do, it takes a quarter of a minute. */
const PATIENCE_MS = 1_200_000;

/** Routes that no admin may call. */
const OWNERS_ALONE = ['POST /api/v1/psa-instances'];

let app: ConnectedApp;
let theirs: Ground;
beforeAll(async () => {
  app = await connectedApp();
  theirs = await ground(app);
});
afterAll(() => app.close());

function send(
  { method, path }: Operation,
  { url, contentType, payload }: Sent,
  on: Ground,
  token: string,
): Promise<LightMyRequestResponse> {
  const credential = path.startsWith('/webhooks/') ? { 'x-isthmus-secret': on.webhookSecret } : { authorization: `Bearer ${token}` };
  return app.app.inject({
    method: method as 'POST',
    url,
    headers: { ...credential, ...(payload === undefined || contentType === '' ? {} : { 'content-type': contentType }) },
    ...(payload === undefined ? {} : { payload }),
  });
}

/** What is wrong with an answer; nothing when it is as it should be. */
function fault({ open, body }: Operation, sent: Sent, answer: LightMyRequestResponse): string | undefined {
  const { statusCode: status, headers, body: text } = answer;
  if (status >= 500) return `answered ${status}`;
  if (sent.foreign && status < 400) return 'did something with what belongs to somebody else';
  if (sent.undeclared && body && !open && status < 400) return 'took a field that it does not know';
  if (text.includes('sandbox-password')) return 'told a secret';
  if (status < 400) return undefined;
  if (!String(headers['content-type']).startsWith('application/problem+json'))
    return `answered ${status} as ${String(headers['content-type'])}`;
  const problem = JSON.parse(text) as Record<string, unknown>;
  const complete = ['type', 'title', 'detail', 'instance', 'errorId'].every((name) => typeof problem[name] === 'string');
  return complete && problem['status'] === status ? undefined : 'answered a problem that lacks something';
}

function runsOf({ body, query }: Operation): number {
  return Math.round(RUNS * (body ? 2 : query.length > 2 ? 1 : 0.5));
}

/** Sends hostile requests to every route. Gives what was wrong, and the routes that did nothing but refuse. */
async function fuzz(on: Ground, token: string, foreign: Record<string, string>): Promise<{ faults: object[]; onlyRefused: string[] }> {
  const [faults, onlyRefused]: [object[], string[]] = [[], []];
  for (const operation of await operationsOf(app)) {
    await on.restore();
    let heard = false;
    const known = knownOn(app, on, foreign);
    // What an owner is let in to, an admin has been, too, but for these.
    const hostile = token !== app.owner || OWNERS_ALONE.includes(operation.name) ? [hostileRequests] : [];
    const plain = [plainRequests, foreignRequests, ...hostile].flatMap((make) => make(operation, known)).map((sent): [Sent] => [sent]);
    const property = fc.asyncProperty(anyRequest(operation, known), async (sent) => {
      const answer = await send(operation, sent, on, token);
      heard ||= answer.statusCode < 400 || [409, 422].includes(answer.statusCode);
      const wrong = fault(operation, sent, answer);
      if (wrong !== undefined) throw new Error(`${wrong}: ${answer.body.slice(0, 300)}`);
    });
    const found = await fc.check(property, { seed: SEED, numRuns: plain.length + runsOf(operation), examples: plain });
    if (found.failed) faults.push({ route: operation.name, sent: found.counterexample?.[0], error: String(found.errorInstance) });
    if (!heard) onlyRefused.push(operation.name);
  }
  return { faults, onlyRefused };
}

describe('hostile requests to every route of the OpenAPI document', () => {
  it(
    'should be answered well, and change nothing of another PSA instance, with its neighbour’s token',
    async () => {
      const mine = await ground(app);
      const before = await everythingOf(app, theirs);
      expect(Object.values(before).filter((rows) => rows.length > 0).length).toBeGreaterThan(8);
      const { faults, onlyRefused } = await fuzz(mine, mine.admin, theirs.ids);
      expect(faults).toEqual([]);
      // Any other was not tried in earnest: see to it that `ground` has something for it.
      expect(onlyRefused).toEqual(OWNERS_ALONE);
      expect(await everythingOf(app, theirs)).toEqual(before);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
    PATIENCE_MS,
  );

  it(
    'should be answered well, with an owner’s token',
    async () => {
      const mine = await ground(app);
      const { faults, onlyRefused } = await fuzz(mine, app.owner, {});
      expect({ faults, onlyRefused }).toEqual({ faults: [], onlyRefused: [] });
    },
    PATIENCE_MS,
  );

  it('should have written nothing into HaloPSA', () => {
    expect(app.sandbox.psa.writes()).toEqual({ clients: 0, sites: 0, licences: 0, tickets: 0 });
  });
});
