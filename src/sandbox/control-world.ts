import type { FastifyInstance } from 'fastify';
import { BadInput, object } from './control-input.js';
import type { MarketplaceSandbox } from './marketplace/index.js';
import type { Table } from './marketplace/table.js';

const CUSTOMER = 'id externalId status name address contactPersons language taxRegId resellerId'.split(' ');

const SUBSCRIPTION =
  `id name customerId status attributes renewalStatus creationDate renewalDate lastModifiedDate expirationDate billingModel
billingPeriod subscriptionPeriod totalPrice totalSubscriptionCost products orderParameters fulfillmentParameters planId`.split(/\s/);

const ORDER = `id orderNumber type customerId subscriptionId poNumber creationDate provisioningDate status statusCode total scheduledOn
products`.split(/\s/);

type Fields = Record<string, unknown>;

interface Kind {
  table(): Table<{ id: string; customerId?: string }>;
  fields: readonly string[];
  add(fields: Fields): object;
}

interface Target {
  Params: { kind: string; id: string };
}

/**
 * Routes that change the marketplace's world from behind. Values are taken as they are, wrong ones too, because a vendor's
 * records may be malformed; only the names of fields are checked. `unset: ["name"]` takes fields away.
 */
export function controlWorld(app: FastifyInstance, marketplace: MarketplaceSandbox): void {
  const { world } = marketplace;
  const kinds: Record<string, Kind> = {
    customers: { table: () => world.customers, fields: CUSTOMER, add: (fields) => world.addCustomer(fields) },
    subscriptions: {
      table: () => world.subscriptions,
      fields: [...SUBSCRIPTION, 'quantity'],
      add: (fields) => addSubscription(marketplace, fields),
    },
    orders: { table: () => world.orders, fields: ORDER, add: (fields) => world.addOrder(fields) },
  };
  const kindOf = (name: string): Kind => {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (!kind) throw new BadInput(`The marketplace holds ${Object.keys(kinds).join(', ')}, not "${name}".`, 404);
    return kind;
  };

  app.get<Target>('/marketplace/:kind', async ({ params }) => kindOf(params.kind).table().newestFirst());
  app.get<Target>('/marketplace/:kind/:id', async ({ params }) => existing(kindOf(params.kind), params));

  app.post<Target>('/marketplace/:kind', async (request, reply) => {
    const kind = kindOf(request.params.kind);
    const fields = object(request.body, kind.fields);
    if (fields['id'] !== undefined && typeof fields['id'] !== 'string') throw new BadInput('"id" must be a text.');
    if (typeof fields['id'] === 'string' && kind.table().get(fields['id']))
      throw new BadInput(`There is a record with the id ${fields['id']} already.`);
    return reply.code(201).send(kind.add(fields));
  });

  app.patch<Target>('/marketplace/:kind/:id', async (request) => {
    const { params, body } = request;
    const kind = kindOf(params.kind);
    const row = existing(kind, params);
    const { unset, quantity, silent, ...fields } = object(body, [
      ...kind.fields,
      'unset',
      ...(params.kind === 'subscriptions' ? ['silent'] : []),
    ]);
    if (fields['id'] !== undefined) throw new BadInput('"id" cannot be changed.');
    const away = texts(unset, kind.fields);
    if (away.length === 0 && quantity === undefined && Object.keys(fields).length === 0)
      throw new BadInput('There is nothing to change in that.');
    if (params.kind === 'subscriptions') {
      return world.changeSubscription(params.id, fields, { quantity: quantityOf(quantity, row), silent: silent === true, unset: away });
    }
    Object.assign(row, fields);
    for (const field of away) Reflect.deleteProperty(row, field);
    kind.table().reindex();
    return row;
  });

  app.delete<Target>('/marketplace/:kind/:id', async ({ params }) => {
    const kind = kindOf(params.kind);
    const row = existing(kind, params);
    kind.table().delete(params.id);
    return row;
  });

  // Tokens may die before their time: the session they wrap is the platform's.
  app.delete('/marketplace/tokens', async () => {
    marketplace.tokens.clear();
    return { deleted: true };
  });
}

function addSubscription(marketplace: MarketplaceSandbox, { quantity = 1, ...fields }: Fields): object {
  if (typeof quantity !== 'number') throw new BadInput('"quantity" must be a number.');
  return marketplace.world.addSubscription(fields, quantity);
}

function existing(kind: Kind, { kind: name, id }: Target['Params']): { id: string } {
  const row = kind.table().get(id);
  if (!row) throw new BadInput(`There is nothing with the id ${id} among the ${name}.`, 404);
  return row;
}

function quantityOf(quantity: unknown, row: { id: string; products?: unknown }): number | undefined {
  if (quantity === undefined) return undefined;
  if (typeof quantity !== 'number') throw new BadInput('"quantity" must be a number.');
  if (!Array.isArray(row.products) || row.products.length === 0)
    throw new BadInput('That subscription has no product to set the quantity of.');
  return quantity;
}

function texts(value: unknown, known: readonly string[]): string[] {
  if (value === undefined) return [];
  const names = Array.isArray(value) ? value.filter((each) => typeof each === 'string' && known.includes(each) && each !== 'id') : [];
  if (!Array.isArray(value) || names.length !== value.length) throw new BadInput('"unset" must be an array of names of fields.');
  return names;
}
