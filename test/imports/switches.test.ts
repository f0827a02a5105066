import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PsaSwitches } from '../../src/sandbox/index.js';
import { expectedOf, keyedLicences, standing, type Before, type Expected } from './expected.js';
import { stage, type Scene, type Stage } from './stage.js';
import { MARKETPLACE, PSA, type Case } from './switch-cases.js';

/** Every kind of awkward subscription at once, in a small world. */
function complicate(on: Stage): { native: { licenceId: string; subscriptionId: string; line: string } } {
  const { world } = on.sandbox.marketplace;
  const owners = world.customers
    .newestFirst()
    .filter(
      (customer) =>
        ['exact', 'spelling', 'none'].includes(on.sandbox.data.matchKinds.get(customer.id) ?? '') && customer.status === 'active',
    );
  const owner = (at: number): string => owners[at % owners.length]!.id;
  const line = (mpn: string, more: object = {}): object => ({
    mpn,
    vendor: 'Acme',
    id: `PRD-${mpn}`,
    name: `Acme ${mpn}`,
    quantity: 3,
    unitPrice: { currency: 'USD', amount: '11.3333' },
    unitCost: { currency: 'USD', amount: '9.6333' },
    ...more,
  });
  const add = (at: number, products: object[] | undefined, more: object = {}): string =>
    world.addSubscription({ customerId: owner(at), products, ...more }).id;
  add(0, [line('ZERO', { quantity: 0 })]);
  add(1, [line('HALF', { quantity: 0.5 })]);
  add(2, [line('HOLD')], { status: 'hold' });
  add(3, [line('TERM')], { subscriptionPeriod: { type: 'statement_day', duration: 1 } });
  add(4, [line('TWICE'), line('TWICE')]);
  add(5, [line('ONE'), line('TWO', { quantity: 8 })]);
  add(6, [line('LONG')], { subscriptionPeriod: { type: 'year', duration: 3 }, billingPeriod: { type: 'year', duration: 1 } });
  add(7, [line('ODD')], { subscriptionPeriod: { type: 'day', duration: 10 }, billingPeriod: { type: 'statement_day', duration: 1 } });
  add(0, [], { name: 'Azure savings plan' });
  // Adopted from Halo's own module: an update, beside all the creates.
  const adopted = owners.find((customer) => on.sandbox.data.matchKinds.get(customer.id) === 'exact')!;
  const client = on.sandbox.psa.clients().find((row) => row['name'] === adopted.name.normalize('NFC') && row['inactive'] === false)!;
  const subscriptionId = world.addSubscription({ customerId: adopted.id, products: [line('NATIVE', { quantity: 12 })] }).id;
  const licenceId = on.sandbox.psa.addLicence({
    ...on.sandbox.psa.licences()[0],
    id: undefined,
    name: 'Kept by hand',
    client_id: client.id,
    site_id: client['main_site_id'],
    count: 4,
    price: 99,
    purchase_price: 1,
    snowid: 'SNOW-1',
    vendor_product_sku: '',
    product_sku: '',
    is_active: true,
    deleted: false,
    notes: 'a note',
    azure_connection_id: 0,
    autorenew: false,
  });
  return { native: { licenceId: String(licenceId), subscriptionId, line: 'NATIVE' } };
}

describe('With the sandboxes’ switches', () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage();
  });
  afterAll(() => on.close());

  async function begin(scene: Scene): Promise<{ before: Before; native: { licenceId: string; subscriptionId: string; line: string } }> {
    await on.reset({ customers: 32, subscriptions: 24, ...scene });
    const { native } = complicate(on);
    await on.set({ clientImport: { updateMainSiteAddress: true } });
    await on.link(native.subscriptionId, native.line, native.licenceId);
    return { before: standing(on.sandbox), native };
  }

  /** The sandbox shows what an import has to come to, whatever the position. */
  function check(one: Case, before: Before, native: { licenceId: string; subscriptionId: string }): void {
    const after = standing(on.sandbox);
    const visible =
      one.blind === 'inactive' ? { ...before, licences: before.licences.filter((licence) => licence['is_active'] === true) } : before;
    if (one.blind === 'inactive')
      for (const [id, kind] of on.sandbox.data.matchKinds) if (kind === 'inactive') on.sandbox.data.matchKinds.set(id, 'none');
    const expected: Expected = expectedOf(on.sandbox, visible, after);
    const nativeKey = `ingram/us/${native.subscriptionId}`;
    const wanted = new Map([...expected.licences].map(([key, fields]) => [key, one.stored?.(fields) ?? fields]));
    const {
      snowid: _key,
      name: _name,
      price: _price,
      type: _type,
      manufacturer: _maker,
      distributor: _by,
      ...updated
    } = wanted.get(nativeKey)!;
    wanted.delete(nativeKey);
    const there = keyedLicences(after, [...Object.keys(updated), 'snowid', 'name', 'price', 'type', 'manufacturer', 'distributor']);
    expect(new Map([...there].toSorted())).toEqual(new Map([...wanted].toSorted()));

    // The adopted one keeps what belongs to people, and the key somebody else put there.
    const adopted = after.licences.find((licence) => String(licence['id']) === native.licenceId)!;
    const dropped = one.scene.psa?.dropsFields ?? [];
    expect(adopted).toMatchObject({
      ...Object.fromEntries(Object.entries(updated).filter(([field]) => !dropped.includes(field) && field !== 'purchase_price')),
      name: 'Kept by hand',
      price: 99,
      notes: 'a note',
      snowid: 'SNOW-1',
    });
    const others = (all: Before): string =>
      JSON.stringify(
        all.licences.filter(
          (licence) => before.licences.some((old) => old.id === licence.id) && String(licence['id']) !== native.licenceId,
        ),
      );
    expect(others(after)).toBe(others(before));

    const created = after.clients.filter((client) => !before.clients.some((old) => old['id'] === client['id']));
    expect(created.map((client) => client['ref']).toSorted()).toEqual([...expected.clients.keys()].toSorted());
    checkAddresses(after);
  }

  /** The main sites of mapped clients have the address that the marketplace gives, line by line. */
  function checkAddresses(after: Before): void {
    const names = (name: unknown): string => String(name).normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase();
    let checked = 0;
    for (const customer of on.sandbox.marketplace.world.customers.newestFirst()) {
      const kind = on.sandbox.data.matchKinds.get(customer.id);
      if (kind !== 'exact' && kind !== 'spelling') continue;
      const client = after.clients.find((row) => row['inactive'] === false && names(row['name']) === names(customer.name))!;
      const site = after.sites.find((row) => row['id'] === client['main_site_id'])!;
      const address = customer.address!;
      expect(site['delivery_address']).toMatchObject({ line1: address.streetAddress, line3: address.city, postcode: address.postalCode });
      expect(site['country_code']).toBe(address.countryCode);
      checked += 1;
    }
    expect(checked).toBeGreaterThan(10);
  }

  it.each([
    ...MARKETPLACE.map((one): [string, Case] => [`marketplace ${one.name}`, one]),
    ...PSA.map((one): [string, Case] => [`psa ${one.name}`, one]),
  ])('%s: an import ends right, or fails before its first write', async (_name, one) => {
    const { before, native } = await begin(one.scene);
    const { row } = await on.run();
    if (one.fails) {
      expect(row.error).toMatchObject(one.fails);
      expect(row.error!.message).toMatch(/[A-Z].{30,}\.$/s);
      expect(row.state).toBe('failed');
      expect(standing(on.sandbox)).toEqual(before);
      const { row: again } = await on.run();
      expect(again.error).toMatchObject(one.fails);
      expect(standing(on.sandbox)).toEqual(before);
      return;
    }
    expect({ error: row.error, state: row.state }).toEqual({ error: null, state: 'succeeded_with_skips' });
    expect(row.counts.failed).toBe(0);
    check(one, before, native);

    const writes = on.sandbox.psa.writes();
    const second = await on.run();
    expect(second.row).toMatchObject({ error: null, state: 'succeeded_with_skips' });
    expect(second.changes).toEqual([]);
    expect(on.sandbox.psa.writes()).toEqual(writes);
    expect(second.skips.some((skip) => skip.reason === 'does_not_stick')).toBe(one.doesNotStick ?? false);
  });

  it('are all tried', () => {
    const tried = (of: 'marketplace' | 'psa', cases: Case[]): Set<string> =>
      new Set(cases.flatMap((one) => Object.keys(one.scene[of] ?? {})));
    const losers = LOSERS.flatMap(([, switches]) => Object.keys(switches));
    expect(Object.keys(on.sandbox.marketplace.switches).filter((name) => !tried('marketplace', MARKETPLACE).has(name))).toEqual([]);
    expect(Object.keys(on.sandbox.psa.switches).filter((name) => !tried('psa', PSA).has(name) && !losers.includes(name))).toEqual([]);
  });

  const LOSERS: [string, Partial<PsaSwitches>, 'client' | 'licence'][] = [
    ['licences that forget their key', { keepsSnowid: false }, 'licence'],
    ['licences that show their key by id alone', { snowidInLists: false }, 'licence'],
    ['clients that forget their reference', { keepsClientRef: false }, 'client'],
    ['clients that show their reference by id alone', { refInLists: false }, 'client'],
  ];
  it.each(LOSERS)('%s: the canary is made and linked, and nothing more, then or later', async (_name, switches, of) => {
    const { before } = await begin({ psa: switches });
    const run = await on.run();
    expect(run.row.error).toMatchObject({ actor: 'configuration', code: 'key_not_kept' });
    const first = standing(on.sandbox);
    const made = { client: first.clients.length - before.clients.length, licence: first.licences.length - before.licences.length };
    // The first licence proves that licences keep their keys, before any client is tried.
    expect(made).toEqual(of === 'licence' ? { client: 0, licence: 1 } : { client: 1, licence: 1 });
    const applied = run.changes.filter((change) => change.state === 'applied' && change.entity === of && change.action === 'create');
    expect(applied.length).toBe(1);
    if (of === 'licence') expect((await on.links()).map((link) => link.licenceId)).toContain(applied[0]!.psaId);
    else
      expect((await on.mappings()).find((mapping) => mapping.customerId === applied[0]!.customerId)).toMatchObject({
        state: 'mapped',
        clientId: applied[0]!.psaId,
        origin: 'created',
      });

    for (const again of [await on.run(), await on.run({ preview: true })]) {
      expect(again.row.error).toMatchObject({ actor: 'configuration', code: 'key_not_kept' });
      expect(standing(on.sandbox)).toEqual(first);
    }

    on.sandbox.psa.set({ keepsSnowid: true, snowidInLists: true, keepsClientRef: true, refInLists: true });
    // A person who lets the field be seen again, and puts the lost key back, is understood.
    if (switches.keepsSnowid === false)
      on.sandbox.psa.patchLicence(Number(applied[0]!.psaId), { snowid: (applied[0]!.planned as { snowid: string }).snowid });
    if (switches.keepsClientRef === false)
      on.sandbox.psa.patchClient(Number(applied[0]!.psaId), { ref: (applied[0]!.planned as { ref: string }).ref });
    expect((await on.run()).row).toMatchObject({ error: null, state: 'succeeded_with_skips' });
  });
});
