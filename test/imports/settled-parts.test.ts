import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { groundOf } from '../../src/imports/store/ground.js';
import { ALL_SEEN, anySight, Kept, leftBehind, Seen } from './parts-seen.js';
import { FROM, PartsStage, seenOf } from './parts-stage.js';
import { client, customer, line, mapped, plan, play, subscription, world, type World } from './plan/world.js';
import { anyHappenings, anyLater } from './plan/worlds.js';

/** Each run fills a database. */
const PATIENCE_MS = 300_000;

describe('A plan made part by part, some of which were settled before', () => {
  let on: PartsStage;
  beforeAll(async () => {
    on = await PartsStage.set();
  });
  afterAll(() => on.close());

  it(
    'is the same when what was settled is not planned again, whatever happened since',
    async () => {
      let repeated = 0;
      let atOnce = 0;
      await fc.assert(
        fc.asyncProperty(anyLater, anyHappenings, anySight, fc.constantFrom(1, 3, 1000), async (state, happenings, sight, size) => {
          const sightOf = (world: World): Seen => new Seen({ ...world, released: leftBehind(world) }, sight);
          // What an import leaves behind is settled, mostly.
          let world = play(state, plan(state));
          let kept = new Kept();
          for (const happening of [(same: World): World => same, ...happenings]) {
            world = happening(world);
            const seen = sightOf(world);
            await on.store(seen);
            // Nothing at all happens before the second one.
            for (const again of [false, true]) {
              kept = kept.next();
              expect(seenOf(await on.inParts(seen, size, kept))).toEqual(seenOf(seen.whole()));
              if (again && kept.atOnce) atOnce += 1;
              else repeated += kept.repeated.length;
            }
          }
        }),
        { numRuns: 50 },
      );
      // Else the property would say nothing.
      expect(repeated).toBeGreaterThan(0);
      expect(atOnce).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );

  describe('in which all is settled', () => {
    const first = world({
      customers: [customer('1', 'Contoso')],
      clients: [client('7', 'Contoso'), client('8', 'Fabrikam')],
      subscriptions: [subscription('100', '1', [line('A')])],
    });
    const settledWorld = play(first, plan(first));
    const [licence] = settledWorld.licences;
    const [link] = settledWorld.links;

    /** Whether the part of that world is planned again after this happened. */
    async function plannedAfter(happens: () => Partial<World>): Promise<boolean> {
      const kept = new Kept();
      await on.store(new Seen(settledWorld, ALL_SEEN));
      await on.inParts(new Seen(settledWorld, ALL_SEEN), 1000, kept);
      expect(kept.parts.size).toBe(1);
      const seen = new Seen({ ...settledWorld, ...happens() }, ALL_SEEN);
      await on.store(seen);
      await on.inParts(seen, 1000, kept);
      return kept.repeated.length === 0;
    }

    it('is not planned again', async () => {
      expect(await plannedAfter(() => ({}))).toBe(false);
    });

    it('is not planned again when only what was written last is another, for nothing that was written was undone', async () => {
      const written = new Map([[`licence:${licence!.licenceId}`, { count: { asked: licence!.count, stood: [3] } }]]);
      expect(await plannedAfter(() => ({ lastApplied: written }))).toBe(false);
    });

    it('is planned again when only what was written last is another, where something written was undone', async () => {
      const lineOf = { ...settledWorld, licences: [{ ...licence!, count: 3 }] };
      const undone = (stood: number): World => ({
        ...lineOf,
        lastApplied: new Map([[`licence:${licence!.licenceId}`, { count: { asked: licence!.count, stood: [stood] } }]]),
      });
      let kept = new Kept();
      const again = async (state: World): Promise<number> => {
        const seen = new Seen(state, ALL_SEEN);
        await on.store(seen);
        kept = kept.next();
        expect(seenOf(await on.inParts(seen, 1000, kept))).toEqual(seenOf(seen.whole()));
        return kept.repeated.length;
      };
      expect(await again(undone(3))).toBe(0);
      expect(await again(undone(3))).toBe(1);
      expect(await again(undone(2))).toBe(0);
    });

    it.each<[string, () => Partial<World>]>([
      ['its client is another', () => ({ clients: [client('7', 'Contoso', { inactive: true }), client('8', 'Fabrikam')] })],
      ['a customer of its name appears', () => ({ customers: [...settledWorld.customers, customer('2', 'Contoso')], mappings: [] })],
      ['its customer is another', () => ({ customers: [customer('1', 'Contoso', { status: 'cancelled' })] })],
      ['its mapping is another', () => ({ mappings: [{ ...mapped('1', '8') }] })],
      ['somebody else is mapped to its client', () => ({ mappings: [...settledWorld.mappings, mapped('2', '7')] })],
      ['its licence is another', () => ({ licences: [{ ...licence!, count: 77 }] })],
      ['a licence with its key appears', () => ({ licences: [licence!, { ...licence!, licenceId: '5000', clientId: '8' }] })],
      ['its link is gone', () => ({ links: [] })],
      ['its licence is linked to another line', () => ({ links: [{ ...link!, line: 'B' }] })],
      ['its licence was left behind', () => ({ links: [], released: new Set([licence!.licenceId]) })],
      ['its licence is another tenant’s', () => ({ links: [], elsewhere: new Set([licence!.licenceId]) })],
      ['its detail is another', () => ({ subscriptions: [subscription('100', '1', [line('A', { quantity: 9 })])] })],
      ['its row is another', () => ({ subscriptions: [subscription('100', '1', [line('A')], { status: 'hold' })] })],
      ['its customer has another subscription', () => ({ subscriptions: [...first.subscriptions, subscription('101', '1', [])] })],
    ])('is planned again when %s', async (_what, happens) => {
      expect(await plannedAfter(happens)).toBe(true);
    });
  });

  describe('all of which is settled', () => {
    const first = world({
      customers: [customer('1', 'Contoso'), customer('2', 'Fabrikam'), customer('3', 'Adventure', { status: 'cancelled' })],
      clients: [client('7', 'Contoso'), client('8', 'Fabrikam')],
      subscriptions: [subscription('100', '1', [line('A')]), subscription('200', '2', [line('B')])],
    });
    const seen = new Seen(play(first, plan(first)), ALL_SEEN);

    /** Whether all parts count again at once after this happened. */
    async function atOnceAfter(happens: () => Promise<unknown>): Promise<boolean> {
      let kept = new Kept();
      await on.store(seen);
      await on.inParts(seen, 1, kept);
      expect(kept.planned.length).toBeGreaterThan(1);
      await happens();
      kept = kept.next();
      await on.inParts(seen, 1, kept);
      return kept.atOnce;
    }

    it('counts again at once while nothing was written', async () => {
      expect(await atOnceAfter(() => Promise.resolve())).toBe(true);
    });

    const elsewhere = `INSERT INTO links (psa_instance_id, tenant_id, subscription_id, line, licence_id, create_anyway) VALUES ('${FROM.psaInstanceId}', '${randomUUID()}', 'theirs', '', '77', false)`;
    it.each([
      ['a customer', `UPDATE customers SET digest = 'other' WHERE customer_id = '2'`],
      ['whether a customer is listed', `UPDATE customers SET listed = false WHERE customer_id = '2'`],
      ['a row', `UPDATE subscriptions SET digest = 'other' WHERE subscription_id = '200'`],
      ['whether a subscription is listed', `UPDATE subscriptions SET listed = false WHERE subscription_id = '200'`],
      ['when a detail was read', `UPDATE subscriptions SET read_at = read_at + interval '1 second' WHERE subscription_id = '200'`],
      ['who read a detail', `UPDATE subscriptions SET read_attempt = 2 WHERE subscription_id = '200'`],
      ['a client', `UPDATE psa_clients SET digest = 'other' WHERE client_id = '8'`],
      ['whether there is a client', `DELETE FROM psa_clients WHERE client_id = '8'`],
      ['a licence', `UPDATE psa_licences SET digest = 'other' WHERE client_id = '8'`],
      ['whether there is a licence', `DELETE FROM psa_licences WHERE client_id = '8'`],
      ['a mapping', `UPDATE mappings SET state = 'ignored', client_id = NULL WHERE customer_id = '2'`],
      ['a mapping for a moment', `UPDATE mappings SET state = 'ignored'; UPDATE mappings SET state = 'mapped'`],
      ['whether there is a mapping', `UPDATE mappings SET archived_at = now() WHERE customer_id = '2'`],
      ['a link', `UPDATE links SET create_anyway = true WHERE subscription_id = '200'`],
      ['a link for a moment', `UPDATE links SET line = 'x' || line; UPDATE links SET line = substr(line, 2)`],
      ['why a licence was left behind', `UPDATE links SET archived_at = now(), archived_why = 'recreate' WHERE subscription_id = '200'`],
      ['what another tenant holds', elsewhere],
    ])('does not when %s is another', async (_what, sql) => {
      expect(await atOnceAfter(() => on.query(sql))).toBe(false);
    });

    const mapping = `INSERT INTO mappings (tenant_id, customer_id, state, candidates) VALUES ('${FROM.tenantId}', '3', 'ignored', '[]')`;
    it.each([
      ['something is written', `UPDATE mappings SET state = state`],
      ['a mapping comes and goes', `${mapping}; UPDATE mappings SET archived_at = now() WHERE customer_id = '3'`],
      ['a link of another tenant comes and goes', `${elsewhere}; UPDATE links SET archived_at = now() WHERE subscription_id = 'theirs'`],
    ])('does not when %s while it is planned', async (_what, sql) => {
      await on.store(seen);
      const kept = new Kept();
      const before = await groundOf(on, FROM);
      on.writesMeanwhile = sql;
      await on.inParts(seen, 1, kept);
      expect(await groundOf(on, FROM)).not.toBe(before);
      expect(kept.grounds.size).toBe(0);
    });
  });
});
