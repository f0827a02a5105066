import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { clientsCalled, mappingOf } from './mapped.js';
import { addClient, addCustomer, addSubscription, EMPTY, keyedCount, licenceOf } from './people.js';
import { stage, type Stage } from './stage.js';

describe('Which client a customer is', () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  beforeEach(() => on.reset(EMPTY));
  afterAll(() => on.close());

  describe('by exactly the same name', () => {
    it.each([
      ['the same text', 'Contoso', 'Contoso'],
      ['another case', 'CONTOSO', 'contoso'],
      ['spaces around and inside', '  Contoso   Inc ', 'Contoso Inc'],
      ['an accent composed here and decomposed there', 'Café', 'Cafe\u0301'],
      ['an accent decomposed here and composed there', 'Cafe\u0301', 'Café'],
      ['markup', '<b>Bold</b> & "Sons"', '<b>Bold</b> & "Sons"'],
      ['a formula', '=1+1', '=1+1'],
      ['emoji', 'Rocket 🚀', 'rocket 🚀'],
    ])('%s: the customer is mapped by itself, and nothing is created', async (_what, customer, client) => {
      const clientId = await addClient(on, client);
      const id = addCustomer(on, customer);
      const { changes, row } = await on.run();
      expect(changes).toMatchObject([
        {
          entity: 'client',
          action: 'link',
          customerId: id,
          psaId: String(clientId),
          state: 'applied',
          before: null,
          after: { name: client.normalize() === client ? client.trim() : expect.any(String) },
        },
      ]);
      expect(row.counts.clients).toEqual({ created: 0, updated: 0, linked: 1, unchanged: 0 });
      expect(await mappingOf(on, id)).toEqual({ state: 'mapped', clientId: String(clientId), origin: 'name', candidates: [] });
    });

    it('an inactive client of the name takes nothing away from the active one', async () => {
      await addClient(on, 'Contoso', { inactive: true });
      const clientId = await addClient(on, 'Contoso');
      const id = addCustomer(on, 'Contoso');
      await on.run();
      expect(await mappingOf(on, id)).toMatchObject({ state: 'mapped', clientId: String(clientId) });
    });

    it('a customer that was mapped by hand leaves its name to another one', async () => {
      const clientId = await addClient(on, 'Contoso');
      const elsewhere = await addClient(on, 'Other');
      const first = addCustomer(on, 'Contoso');
      const second = addCustomer(on, 'Contoso');
      await on.map(first, { clientId: String(elsewhere) });
      await on.run();
      expect(await mappingOf(on, second)).toMatchObject({ state: 'mapped', clientId: String(clientId), origin: 'name' });
    });

    it('names are never looked at again: a renamed client keeps its customer', async () => {
      const clientId = await addClient(on, 'Contoso');
      const id = addCustomer(on, 'Contoso');
      await on.run();
      on.sandbox.psa.patchClient(clientId, { name: 'Something else' });
      await addClient(on, 'Contoso');
      const { changes } = await on.run();
      expect(changes).toEqual([]);
      expect(await mappingOf(on, id)).toMatchObject({ clientId: String(clientId) });
    });
  });

  describe('a name that is only alike', () => {
    it.each([
      ['a legal form', 'Contoso', 'Contoso Ltd'],
      ['another legal form', 'Contoso LLC', 'Contoso, Inc.'],
      ['the German one', 'Müller GmbH', 'Mueller'.replace('ue', 'ü')],
      ['the Mexican one', 'Contoso', 'Contoso, S.A. de C.V.'],
      ['the Australian one', 'Contoso', 'CONTOSO PTY LTD'],
      ['the Italian one', 'Contoso', 'Contoso S.r.l.'],
      ['the French one', 'Contoso', 'Contoso SARL'],
      ['the order of words', 'Smith & Sons', 'Sons, Smith &'],
      ['punctuation', "O'Malley-Daughters", 'OMalley Daughters'],
      ['accents', 'Riviere', 'Rivière'],
    ])('%s: it is suggested, and neither created nor guessed', async (_what, customer, client) => {
      const clientId = await addClient(on, client);
      const id = addCustomer(on, customer);
      const subscriptionId = addSubscription(on, id);
      const { row, changes, skips } = await on.run();
      expect(changes).toEqual([]);
      expect(await mappingOf(on, id)).toEqual({
        state: 'suggested',
        clientId: String(clientId),
        origin: null,
        candidates: [String(clientId)],
      });
      expect(skips).toMatchObject([
        { entity: 'customer', marketplaceId: id, reason: 'suggested_customer', psaId: String(clientId) },
        { entity: 'subscription', marketplaceId: subscriptionId, reason: 'suggested_customer' },
      ]);
      expect(row.state).toBe('succeeded_with_skips');
    });

    it('a client that is inactive is suggested, although its name is the very same', async () => {
      const clientId = await addClient(on, 'Contoso', { inactive: true });
      const id = addCustomer(on, 'Contoso');
      const { changes } = await on.run();
      expect(changes).toEqual([]);
      expect(await mappingOf(on, id)).toMatchObject({ state: 'suggested', candidates: [String(clientId)] });
    });

    it('is forgotten once nothing is alike any more', async () => {
      const clientId = await addClient(on, 'Contoso Ltd');
      const id = addCustomer(on, 'Contoso');
      await on.run();
      on.sandbox.psa.patchClient(clientId, { name: 'Something else' });
      await on.set({ clientImport: { createUnmatched: false } });
      const { skips } = await on.run();
      expect(skips).toMatchObject([{ reason: 'unmapped_customer' }]);
      expect(await mappingOf(on, id)).toBeUndefined();
    });
  });

  it('two active clients of the name make it ambiguous', async () => {
    const first = await addClient(on, 'Contoso');
    const second = await addClient(on, 'CONTOSO');
    const id = addCustomer(on, 'Contoso');
    addSubscription(on, id);
    const { changes, skips } = await on.run();
    expect(changes).toEqual([]);
    expect(await mappingOf(on, id)).toEqual({
      state: 'ambiguous',
      clientId: null,
      origin: null,
      candidates: [String(first), String(second)],
    });
    expect(skips.map((skip) => skip.reason)).toEqual(['ambiguous_customer', 'ambiguous_customer']);
    expect(skips[0]!.detail).toContain(`Clients ${first}, ${second}`);
  });

  it('two customers of one name are ambiguous, whether there is a client of it or none', async () => {
    await addClient(on, 'Contoso');
    const ids = [addCustomer(on, 'Contoso'), addCustomer(on, 'contoso'), addCustomer(on, 'Fabrikam'), addCustomer(on, 'Fabrikam ')];
    const { changes } = await on.run();
    expect(changes).toEqual([]);
    for (const id of ids) expect(await mappingOf(on, id)).toMatchObject({ state: 'ambiguous' });
    expect(clientsCalled(on, 'Fabrikam')).toBe(0);
  });

  it('a customer of the same name as one that has its client already is ambiguous', async () => {
    const clientId = String(await addClient(on, 'Contoso'));
    const first = addCustomer(on, 'Contoso');
    await on.run();
    const second = addCustomer(on, 'contoso');
    const { skips } = await on.run();
    expect(skips).toContainEqual(expect.objectContaining({ marketplaceId: second, reason: 'ambiguous_customer' }));
    expect(skips[0]!.detail).toContain(first);
    expect(await mappingOf(on, first)).toMatchObject({ state: 'mapped', clientId });
  });

  describe('a mapped client that is gone', () => {
    it('makes the mapping broken; nothing is created in its place', async () => {
      const id = addCustomer(on, 'Contoso');
      const subscriptionId = addSubscription(on, id);
      await on.map(id, { clientId: '4711', clientName: 'Contoso of old' });
      const { changes, skips } = await on.run();
      expect(changes).toEqual([]);
      expect(skips).toMatchObject([
        { entity: 'customer', marketplaceId: id, reason: 'broken_mapping', psaId: '4711' },
        { entity: 'subscription', marketplaceId: subscriptionId, reason: 'broken_mapping' },
      ]);
      expect((await on.mappings())[0]).toMatchObject({ state: 'broken', clientId: '4711', clientName: 'Contoso of old', origin: 'manual' });
      expect((await on.run()).changes).toEqual([]);
    });

    it('is followed where it was merged into another one', async () => {
      const [from, into] = [await addClient(on, 'Contoso'), await addClient(on, 'Contoso Group')];
      const id = addCustomer(on, 'Contoso');
      const subscriptionId = addSubscription(on, id);
      await on.run();
      on.sandbox.psa.mergeClients(from, into);
      const { changes } = await on.run();
      expect(changes).toMatchObject([{ entity: 'client', action: 'link', psaId: String(into) }]);
      expect(await mappingOf(on, id)).toMatchObject({ state: 'mapped', clientId: String(into), origin: 'name' });
      expect(licenceOf(on, subscriptionId)['client_id']).toBe(into);
      const later = addSubscription(on, id, undefined, { name: 'Another' });
      await on.run();
      expect(licenceOf(on, later)['client_id']).toBe(into);
      expect(keyedCount(on)).toBe(2);
    });

    it('is taken up again when it comes back', async () => {
      const id = addCustomer(on, 'Contoso');
      await on.map(id, { clientId: '14' });
      await on.run();
      expect(await mappingOf(on, id)).toMatchObject({ state: 'broken' });
      let clientId = 0;
      while (clientId < 14) clientId = await addClient(on, `Client ${clientId}`);
      await on.run();
      expect(await mappingOf(on, id)).toMatchObject({ state: 'mapped', clientId: '14', origin: 'manual' });
    });
  });
});
