import { afterEach, describe, expect, it } from '@jest/globals';
import type { Order } from '../../src/domain/index.js';
import { FakeMarketplace, gatewayError, html, platformError, slice, type Reply } from './fake-marketplace.js';
import { WHOLE } from './whole-subscription.js';

let fake: FakeMarketplace | undefined;

afterEach(async () => fake?.close());

async function serve(reply: Reply): Promise<FakeMarketplace> {
  fake = await FakeMarketplace.start((call) => (call.path === '/token' ? undefined : reply));
  return fake;
}

describe('a record asked for by its id', () => {
  it.each([
    ['404', platformError(404, 'Subscription not found')],
    ['400 "No entity"', platformError(400, 'No entity has been found by id 5')],
    ['404 without a body', { status: 404 }],
  ])('is not there after %s', async (_what, reply) => {
    const server = await serve(reply);
    const client = server.client();
    expect(await client.subscription('5')).toBeNull();
    expect(await client.customer('5')).toBeNull();
    expect(await client.order('5')).toBeNull();
    expect(server.reads()).toHaveLength(3);
  });

  it.each([
    ['a 404 that is a web page', { ...html, status: 404 }],
    ['a 404 of the gateway', gatewayError(404, 'Resource not found')],
    ['another 400', platformError(400, 'Bad id')],
    ['a refusal', platformError(403, 'Forbidden')],
    ['a throttle', { status: 429 }],
    ['an error', platformError(500, 'No entity')],
    ['a web page', html],
    ['nothing', { body: '' }],
    ['null', { body: 'null' }],
    ['a list', { body: { data: [], pagination: { total: 0 } } }],
    ['another record', { body: { ...WHOLE, id: '6' } }],
  ])('is not proven absent by %s', async (_what, reply) => {
    const server = await serve(reply);
    await expect(server.client().subscription('5')).rejects.toMatchObject({ name: 'UpstreamError' });
  });

  it('is asked for by an encoded path, and not at all by one that is none', async () => {
    const server = await serve({ body: { ...WHOLE, id: 'a/b?c' } });
    const client = server.client();
    expect(await client.subscription('a/b?c')).toMatchObject({ subscriptionId: 'a/b?c' });
    expect(await client.subscription('')).toBeNull();
    expect(await client.subscription('..')).toBeNull();
    expect(server.received.map((call) => call.path)).toEqual(['/token', '/subscriptions/a%2Fb%3Fc']);
  });

  it('may have a number for an id', async () => {
    const server = await serve({ body: { ...WHOLE, id: 5 } });
    expect(await server.client().subscription('5')).toMatchObject({ subscriptionId: '5' });
  });
});

describe('a customer', () => {
  it('is translated with address and contact', async () => {
    const server = await serve({
      body: {
        id: '7',
        name: ' Contoso Pty Ltd ',
        status: 'creditHold',
        resellerId: 'r1',
        address: { streetAddress: '1 High St', addressExtension: '', postalCode: 2000, city: 'Sydney', state: 'NSW', countryCode: 'au' },
        contactPersons: [
          { type: 'billing', firstName: 'Bea', email: 'b@example.com' },
          { type: 'admin', firstName: 'Ann', lastName: 'Lee', email: 'a@example.com', phoneNumber: '61#2#5550100#9' },
        ],
      },
    });
    expect(await server.client().customer('7')).toEqual({
      customerId: '7',
      name: 'Contoso Pty Ltd',
      status: 'creditHold',
      resellerId: 'r1',
      address: { street: '1 High St', postalCode: '2000', city: 'Sydney', state: 'NSW', countryCode: 'AU' },
      contact: { firstName: 'Ann', lastName: 'Lee', email: 'a@example.com', phone: '+61 2 5550100 x9' },
    });
  });

  it.each([
    ['81##18881234567#', '+81 18881234567'],
    ['+1#555#0100#', '+1 555 0100'],
    ['555 0100', '555 0100'],
    ['1###', undefined],
  ])('has its phone number %p as people write it', async (phoneNumber, phone) => {
    const server = await serve({ body: { id: '7', name: 'A', contactPersons: [{ type: 'admin', firstName: 'A', phoneNumber }] } });
    expect(await server.client().customer('7')).toMatchObject({ contact: phone === undefined ? { firstName: 'A' } : { phone } });
  });

  it('without a name is set aside', async () => {
    const server = await serve({ body: { id: '7', name: '' } });
    expect(await server.client().customer('7')).toEqual({ id: '7', reason: 'The customer has no name.' });
  });
});

describe('orders', () => {
  const orders = Array.from({ length: 1100 }, (_, n) => ({
    id: String(5000 - n),
    customerId: '7',
    type: 'change',
    status: 'completed',
    creationDate: '2026-02-03 04:05:06',
  }));

  it('are read newest first, page by page, only as far as the caller goes', async () => {
    fake = await FakeMarketplace.start((call) => (call.path === '/token' ? undefined : slice(call, orders)));
    const client = fake.client();
    const first: Order[] = [];
    for await (const order of client.orders()) {
      first.push(order);
      if (first.length === 3) break;
    }
    expect(first[0]).toEqual({
      orderId: '5000',
      customerId: '7',
      type: 'change',
      status: 'completed',
      createdAt: '2026-02-03T04:05:06.000Z',
    });
    expect(fake.reads()).toEqual(['GET /orders?offset=0&limit=500']);
    const all: string[] = [];
    for await (const order of client.orders()) all.push(order.orderId);
    expect(all).toEqual(orders.map((order) => order.id));
  });

  it('are each shown once although new ones push them down, and unreadable ones left out', async () => {
    const rows: unknown[] = [...orders];
    rows.splice(3, 0, { id: '9' }, null);
    fake = await FakeMarketplace.start((call) => {
      if (call.path === '/token') return undefined;
      if (call.query.get('offset') !== '0') rows.unshift({ ...orders[0], id: `new${call.query.get('offset')}` });
      return slice(call, rows);
    });
    const all: string[] = [];
    for await (const order of fake.client().orders()) all.push(order.orderId);
    expect(all).toEqual(orders.map((order) => order.id));
  });

  it.each([
    ['2026-02-03T04:05:06.789Z', '2026-02-03T04:05:06.789Z'],
    ['2026-02-03T04:05:06+02:00', '2026-02-03T02:05:06.000Z'],
    ['2026-02-03T04:05:06.000+0000', '2026-02-03T04:05:06.000Z'],
    ['2026-02-03', '2026-02-03T00:00:00.000Z'],
    ['yesterday', undefined],
    [17, undefined],
  ])('created at %p were created at %p', async (creationDate, createdAt) => {
    const server = await serve({ body: { id: '5', customerId: '7', creationDate } });
    const order = await server.client().order('5');
    expect(order).toMatchObject({ orderId: '5', status: 'unknown', type: 'unknown' });
    expect(order?.createdAt).toBe(createdAt);
  });

  it('fail when a page cannot be read', async () => {
    const server = await serve(html);
    await expect(server.client().orders().next()).rejects.toMatchObject({ kind: 'bad_answer' });
  });
});
