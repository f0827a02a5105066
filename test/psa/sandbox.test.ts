import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LicenceFields } from '../../src/domain/index.js';
import { psaForm, stored, type PsaClient } from '../../src/psa/index.js';
import { startSandbox, type PsaSwitches, type Sandbox } from '../../src/sandbox/index.js';
import { withClient } from './halo.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ customers: 80, subscriptions: 60, today: '2026-11-21' });
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

function onSandbox<T>(work: (client: PsaClient) => Promise<T>): Promise<T> {
  return withClient(sandbox.psaUrl, work, { settings: sandbox.credentials.psa });
}

const ids = (rows: object[]): string[] => rows.map((row) => ('id' in row ? String(row.id) : ''));
const sorted = (values: string[]): string[] => values.toSorted((a, b) => Number(a) - Number(b));

/** Switches that change how lists come, with whether a whole look is still possible. */
const LISTS: [string, Partial<PsaSwitches>, boolean][] = [
  ['as they are', {}, true],
  ['in pages of seven', { pageCaps: { client: 7, site: 7, licence: 7, ticket: 7, other: 7 } }, true],
  ['without a count', { recordCount: 'absent' }, true],
  ['with a count on every page', { recordCount: 'total' }, true],
  ['with order refused', { orderParameter: 'refused' }, true],
  ['with everything on each page', { pagingIgnored: 'everything' }, true],
  [
    'with the first rows on each page',
    { pagingIgnored: 'first-rows', pageCaps: { client: 9, site: 9, licence: 9, ticket: 9, other: 9 } },
    false,
  ],
  ['with logos', { extraListFields: true }, true],
  ['with inactive rows whether asked or not', { inactiveHidden: 'never' }, true],
];

const names = (): Promise<string[]> => onSandbox(async (client) => (await client.clients()).rows.map(({ name }) => name));

describe('looks at the sandbox', () => {
  it.each(LISTS)('are whole, or say that they are not, with lists %s', async (_, switches, complete) => {
    sandbox.psa.set(switches);
    await onSandbox(async (client) => {
      const [clients, sites, licences] = [await client.clients(), await client.sites(), await client.licences()];
      expect([clients.complete, sites.complete, licences.complete]).toEqual([complete, complete, complete]);
      if (!complete) return;
      expect(sorted(clients.rows.map(({ clientId }) => clientId))).toEqual(ids(sandbox.psa.clients()));
      expect(sorted(sites.rows.map(({ siteId }) => siteId))).toEqual(ids(sandbox.psa.sites()));
      expect(sorted(licences.rows.map(({ licenceId }) => licenceId))).toEqual(ids(sandbox.psa.licences()));
      expect([clients, sites, licences].flatMap(({ malformed }) => malformed)).toEqual([]);
    });
  });

  it('show names the same whether or not Halo escapes them', async () => {
    const plain = await names();
    sandbox.psa.set({ escapesHtml: true });
    expect(await names()).toEqual(plain);
  });

  it.each(['404', 'empty-object', 'id-zero'] as const)('find no record where there is none (%s)', async (unknownIdGet) => {
    sandbox.psa.set({ unknownIdGet });
    await onSandbox(async (client) => {
      expect([await client.client('999999'), await client.site('999999'), await client.licence('999999')]).toEqual([null, null, null]);
    });
  });

  it.each([401, 403] as const)('name the missing permission (%p)', async (unauthorizedForMissingRight) => {
    sandbox.psa.set({ permissions: ['read:customers'], unauthorizedForMissingRight });
    await expect(onSandbox((client) => client.licences())).rejects.toMatchObject({ kind: 'permission', actor: 'configuration' });
  });

  it('survive the end of the token', async () => {
    await onSandbox(async (client) => {
      await client.clients();
      sandbox.psa.revokeTokens();
      expect((await client.licences()).complete).toBe(true);
    });
  });

  it('list the top levels', async () => {
    for (const topLevelEnvelope of ['array', 'trees'] as const) {
      sandbox.psa.set({ topLevelEnvelope });
      expect((await onSandbox((client) => client.topLevels())).map(({ topLevelId }) => topLevelId)).toEqual(
        sandbox.data.psa.topLevels.map(({ id }) => String(id)),
      );
    }
  });
});

const fields = (): LicenceFields => ({
  ...psaForm().licence(
    {
      subscriptionId: '1',
      customerId: '1',
      status: 'active',
      autoRenew: false,
      creationDate: '2026-02-01',
      subscriptionPeriod: { type: 'year', duration: 3 },
      billingPeriod: { type: 'month', duration: 1 },
      lines: [],
    },
    {
      line: 'A',
      mpn: 'A',
      manufacturer: 'Acme & Co',
      name: `<script>alert("1")</script> ${'é'.repeat(600)}`,
      quantity: 4,
      unitPrice: { amount: '11.3333', currency: 'USD' },
      unitCost: { amount: '0.10', currency: 'USD' },
    },
  ),
  client_id: ids(sandbox.psa.clients())[0],
  snowid: 'ingram/us/1',
});

describe('writes to the sandbox', () => {
  it.each<[string, Partial<PsaSwitches>]>([
    ['1900', { emptyDate: '1900' }],
    ['1901', { emptyDate: '1901' }],
    ['0001', { emptyDate: '0001' }],
    ['null', { emptyDate: 'null', dateSuffixZ: true }],
    ['escaped names', { escapesHtml: true }],
    ['200', { createStatus: 200 }],
    ['a strict column length', { overlong: 'error' }],
  ])('read back as the form foretold (%s)', async (_, switches) => {
    sandbox.psa.set(switches);
    await onSandbox(async (client) => {
      const outcome = await client.createLicences([fields()]);
      const shown = outcome.kind === 'stored' ? outcome.shown[0] : undefined;
      expect(shown).toMatchObject(stored(fields()));
      expect(await client.licence(shown?.licenceId ?? '')).toMatchObject(stored(fields()));
      expect(
        (await client.licences({ clientId: shown?.clientId })).rows.find(({ licenceId }) => licenceId === shown?.licenceId),
      ).toMatchObject(stored(fields()));
    });
  });

  it.each(['last', 'all', 'all-when-asked'] as const)('know what an array did from its answer (%s)', async (arrayAnswer) => {
    sandbox.psa.set({ arrayAnswer });
    await onSandbox(async (client) => {
      const outcome = await client.createLicences([fields(), fields(), fields()]);
      expect(outcome).toMatchObject({ kind: 'stored' });
      expect(outcome.kind === 'stored' && outcome.shown.length).toBe(arrayAnswer === 'last' ? 1 : 3);
      expect(sandbox.psa.licences()).toHaveLength(sandbox.data.psa.licences.length + 3);
    });
  });

  it.each<[string, Partial<PsaSwitches>]>([
    ['404', { unknownIdUpdate: '404' }],
    ['400', { unknownIdUpdate: '400' }],
    ['an atomic 400', { unknownIdUpdate: '400', arrayAtomic: true }],
    ['insert', { unknownIdUpdate: 'insert', licenceNeeds: [] }],
    ['single records only', { arraysAccepted: false }],
  ])('update all but the one that is gone (%s)', async (_, switches) => {
    sandbox.psa.set(switches);
    const known = ids(sandbox.psa.licences()).slice(0, 9);
    await onSandbox(async (client) => {
      const sent = [...known.slice(0, 5), '888888', ...known.slice(5)];
      const outcomes = await client.updateLicences(sent.map((licenceId) => ({ licenceId, fields: { count: 77 } })));
      expect(outcomes.get('888888')).toMatchObject({ kind: 'failed' });
      for (const id of known) expect(outcomes.get(id)).toMatchObject({ kind: 'stored' });
      for (const id of known) expect(await client.licence(id)).toMatchObject({ count: 77 });
    });
  });

  it.each([1, 2, 3, 4, 5, 6, 'problem-details'] as const)('say why one was refused (error shape %p)', async (errorShape) => {
    for (const businessStatus of [400, 500] as const) {
      sandbox.psa.set({ errorShape, businessStatus });
      const { name: _, ...nameless } = fields();
      const outcome = await onSandbox((client) => client.createLicences([nameless]));
      expect(outcome).toMatchObject({ kind: 'refused', status: businessStatus, message: expect.stringMatching(/name/i) });
    }
  });

  it.each([7, 'empty'] as const)('are unclear when a 500 says nothing of Halo (error shape %p)', async (errorShape) => {
    sandbox.psa.set({ errorShape, businessStatus: 500 });
    const { name: _, ...nameless } = fields();
    expect(await onSandbox((client) => client.createLicences([nameless]))).toMatchObject({ kind: 'unclear', late: false });
  });

  it('create a client with its key, main site and address, and change that address', async () => {
    await onSandbox(async (client) => {
      const form = psaForm().client({
        customerId: '5',
        name: 'Zoë & <b>Söhne</b> 😀',
        status: 'active',
        address: { street: '1 Main St', city: 'Reno', state: 'NV', postalCode: '89501', countryCode: 'US' },
      });
      const outcome = await client.createClients([{ ...form, ref: 'ingram/us/5', topLevelId: '2' }]);
      const created = outcome.kind === 'stored' ? outcome.shown[0] : undefined;
      expect(created).toMatchObject({ name: form.name, ref: 'ingram/us/5', topLevelId: '2', inactive: false });
      const site = await client.site(created?.mainSiteId ?? '');
      expect(site).toMatchObject({ clientId: created?.clientId, name: 'Main', countryCode: 'US', address: form.address });

      const address = { ...site?.address, line1: '2 Side St' };
      const outcomes = await client.updateSites([{ siteId: site?.siteId ?? '', address }]);
      expect(outcomes.get(site?.siteId ?? '')).toMatchObject({ kind: 'stored' });
      expect((await client.site(site?.siteId ?? ''))?.address).toEqual(address);
    });
  });

  it('are unclear, not repeated, when the answer to a create is lost', async () => {
    for (const fault of [{ reset: true }, { cut: true }, { status: 502, body: '<html></html>' }]) {
      const before = sandbox.psa.licences().length;
      sandbox.kernel.faults.add({ vendor: 'psa', method: 'POST', path: 'SoftwareLicence', afterHandling: true, ...fault });
      expect(await onSandbox((client) => client.createLicences([fields()]))).toMatchObject({ kind: 'unclear', late: false });
      expect(sandbox.psa.licences()).toHaveLength(before + 1);
    }
  });
});
