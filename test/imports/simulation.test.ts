import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyHistory } from './simulated-history.js';
import { SimulatedWorld } from './simulated-world.js';
import { EMPTY } from './people.js';
import { stage, type Ran, type Stage } from './stage.js';

const PATIENCE_MS = 300_000;
const DAY = 24 * 3_600_000;
const LIVE = ['active', 'hold'];
const ENDED = ['terminated', 'removed'];

describe('Whatever happened, and wherever imports failed or their processes died', () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  afterAll(() => on.close());

  /** What is wrong with what both sides and the links hold, now that nothing happens any more. */
  async function wrongs({ skips }: Ran, world: SimulatedWorld): Promise<string[]> {
    const wrong: string[] = [];
    const licences = on.sandbox.psa.licences().filter((licence) => licence['deleted'] !== true);
    const byId = new Map(licences.map((licence) => [String(licence.id), licence]));
    const links = (await on.links()).filter(({ archivedAt }) => archivedAt === null);
    const skipped = new Set(skips.map(({ marketplaceId, line }) => (line === null ? marketplaceId : `${marketplaceId} ${line}`)));
    const mentioned = new Set(skips.map(({ marketplaceId }) => marketplaceId));
    // Of what may be followed by something, the licences are named there.
    const told = new Set(skips.flatMap(({ psaId, detail }) => [psaId, ...(/licences? ([\d, ]+)/.exec(detail)?.[1]?.split(', ') ?? [])]));
    const keys = licences.map((licence) => String(licence['snowid'])).filter((key) => key.startsWith('ingram/'));
    for (const key of new Set(keys)) if (keys.filter((other) => other === key).length > 1) wrong.push(`two licences carry ${key}`);
    const refs = on.sandbox.psa.clients().map((client) => String(client['ref'] ?? ''));
    for (const ref of new Set(refs))
      if (ref.startsWith('ingram/') && refs.filter((other) => other === ref).length > 1) wrong.push(`two clients carry ${ref}`);
    for (const { id, status, products = [], customerId } of world.subscriptions) {
      const own = links.filter(({ subscriptionId, licenceId }) => subscriptionId === id && licenceId !== null);
      if (LIVE.includes(status)) {
        for (const name of new Set(products.map(({ mpn }) => mpn))) {
          if (skipped.has(id) || skipped.has(customerId) || skipped.has(`${id} ${name}`)) continue;
          const licence = byId.get(own.find(({ line }) => line === name)?.licenceId ?? '');
          const seats = products.filter(({ mpn }) => mpn === name).map(({ quantity }) => quantity);
          if (!licence) wrong.push(`line ${id} ${name} has no licence, and no skip says why`);
          else if (licence['is_active'] !== true || !seats.includes(licence['count'] as number))
            wrong.push(
              `line ${id} ${name} has ${seats.join(' and ')} seats, and licence ${licence.id} ${licence['count']}, active ${licence['is_active']}`,
            );
        }
      } else if (ENDED.includes(status) && !mentioned.has(id)) {
        for (const { licenceId } of own)
          if (byId.get(licenceId!)?.['is_active'] === true && !told.has(licenceId!))
            wrong.push(`${id} is over, and its licence ${licenceId} is active without a word`);
      }
    }
    for (const licence of licences) {
      const key = String(licence['snowid']);
      if (licence['is_active'] !== true || !key.startsWith('ingram/') || told.has(String(licence.id))) continue;
      const link = links.find(({ licenceId }) => licenceId === String(licence.id));
      const of = link?.subscriptionId ?? key.split('/')[2]!;
      const subscription = on.sandbox.marketplace.world.subscriptions.get(of);
      if (mentioned.has(of) || (subscription && mentioned.has(subscription.customerId))) continue;
      if (!link || !subscription || !LIVE.includes(subscription.status))
        wrong.push(`licence ${licence.id} of ${of} is active, and nobody is told`);
    }
    return wrong;
  }

  it(
    'imports come to rest, nothing is there twice, and each line has its licence or a reason why not',
    async () => {
      const world = new SimulatedWorld(on);
      await fc.assert(
        fc.asyncProperty(anyHistory, async ({ psa, recordsPerCall, steps }) => {
          await world.begin(psa, recordsPerCall);
          for (const step of steps) await world.happens(step);
          let last: Ran | undefined;
          for (let rest = 0; rest < 5 && (last === undefined || last.changes.length > 0); rest += 1) {
            on.sandbox.kernel.clock.advance(DAY);
            last = await world.import('integrator');
            expect(last.row.error).toBeNull();
          }
          expect(last!.changes.map(({ entity, action, state, message }) => [entity, action, state, message])).toEqual([]);
          expect(await wrongs(last!, world)).toEqual([]);
        }),
        { numRuns: 20 },
      );
    },
    PATIENCE_MS,
  );
});
