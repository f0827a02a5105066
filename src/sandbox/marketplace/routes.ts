import type { FastifyInstance } from 'fastify';
import { isRecord } from '../record.js';
import { PlatformError } from './errors.js';
import type { MarketplaceSandbox } from './index.js';
import { listCustomers, listOrders, listProducts, listSubscriptions } from './lists.js';
import { page } from './page.js';
import type { Query } from './query.js';
import * as views from './views.js';

interface Listing {
  Querystring: Query;
}

interface Single {
  Params: { id: string };
}

/** Everything that Isthmus may read, and 405 for whatever would change something there. */
export function routes(app: FastifyInstance, sandbox: MarketplaceSandbox): void {
  const { world } = sandbox;
  // Read at each call: the switches move while the sandbox runs.
  const switches = () => sandbox.switches;

  app.post('/token', async (request) => {
    const { username, password, marketplace } = sandbox.credentials;
    const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (basic === undefined || Buffer.from(basic, 'base64').toString('utf8') !== `${username}:${password}`) {
      throw new PlatformError(401, 'Invalid username or password');
    }
    const asked = isRecord(request.body) ? request.body['marketplace'] : undefined;
    if (typeof asked !== 'string' || asked === '') throw new PlatformError(400, 'Marketplace must be specified');
    if (asked !== marketplace) throw new PlatformError(switches().unknownMarketplaceStatus, `Marketplace ${asked} is not found`);
    const life = switches().tokenLifeSeconds;
    return { token: sandbox.tokens.issue(username, life), expiresInSeconds: life };
  });

  app.get<Listing>('/customers', async (request) => listCustomers(sandbox, request.query));
  app.get<Listing>('/subscriptions', async (request) => listSubscriptions(sandbox, request.query));
  app.get<Listing>('/orders', async (request) => listOrders(sandbox, request.query));
  app.get<Listing>('/products', async (request) => listProducts(sandbox, request.query));
  // A small reseller has none below it.
  app.get<Listing>('/resellers', async (request) => page([], request.query, switches(), (row) => row));

  app.get<Single>('/customers/:id', async ({ params }) =>
    views.customer(found('Customer', params.id, world.customers.get(params.id), sandbox), switches()),
  );
  app.get<Single>('/subscriptions/:id', async ({ params }) =>
    views.subscription(found('Subscription', params.id, world.subscriptions.get(params.id), sandbox), switches()),
  );
  app.get<Single>('/orders/:id', async ({ params }) =>
    views.order(found('Order', params.id, world.orders.get(params.id), sandbox), switches()),
  );

  for (const url of [
    '/token',
    '/customers',
    '/subscriptions',
    '/orders',
    '/products',
    '/resellers',
    '/customers/:id',
    '/subscriptions/:id',
    '/orders/:id',
  ]) {
    const method = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'].filter((each) => !app.hasRoute({ url: `${app.prefix}${url}`, method: each }));
    app.route({
      method,
      url,
      handler: async (request) => {
        throw new PlatformError(405, `Request method '${request.method}' is not supported`);
      },
    });
  }
}

function found<T>(kind: string, id: string, row: T | undefined, sandbox: MarketplaceSandbox): T {
  if (row !== undefined) return row;
  if (sandbox.switches.unknownId === 404) throw new PlatformError(404, `${kind} ${id} is not found`);
  throw new PlatformError(400, `No entity has been found for id ${id}`);
}
