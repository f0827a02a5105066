import type { Stage } from './stage.js';

/** What people do in Halo and the marketplace between imports, for tests that begin with an empty world. */

/** An empty world: no customer, no subscription, and the one client that every Halo has. */
export const EMPTY = { customers: 0, subscriptions: 0 };

let token: { of: string; value: string } | undefined;

async function signedIn({ sandbox }: Stage): Promise<string> {
  if (token?.of === sandbox.url) return token.value;
  const { clientId, clientSecret, authUrl } = sandbox.credentials.psa;
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: 'all' });
  const answer = (await (await fetch(`${authUrl}/token`, { method: 'POST', body })).json()) as { access_token: string };
  token = { of: sandbox.url, value: answer.access_token };
  return token.value;
}

/** Adds a client as somebody in Halo does; returns its id. */
export async function addClient(on: Stage, name: string, more: Record<string, unknown> = {}): Promise<number> {
  token = undefined;
  const answer = await fetch(`${on.sandbox.psaUrl}/api/Client`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await signedIn(on)}`, 'content-type': 'application/json' },
    body: JSON.stringify([{ name, toplevel_id: 2, ...more }]),
  });
  return ((await answer.json()) as { id: number }).id;
}

/** Adds a customer to the marketplace; returns its id. */
export function addCustomer(on: Stage, name: string, more: Record<string, unknown> = {}): string {
  return on.sandbox.marketplace.world.addCustomer({ name, ...more }).id;
}

/** A product line as the marketplace shows it. */
export function product(mpn: string, more: Record<string, unknown> = {}): object {
  return {
    mpn,
    vendor: 'Microsoft',
    id: `PRD-${mpn}`,
    name: `Product ${mpn}`,
    quantity: 5,
    unitPrice: { currency: 'USD', amount: '12' },
    unitCost: { currency: 'USD', amount: '10.5' },
    ...more,
  };
}

/** Adds an active subscription of a year, billed by the month; returns its id. */
export function addSubscription(
  on: Stage,
  customerId: string,
  products: object[] | undefined = [product('A')],
  more: Record<string, unknown> = {},
): string {
  return on.sandbox.marketplace.world.addSubscription({
    customerId,
    name: 'A subscription',
    creationDate: '2026-03-01',
    renewalDate: '2027-02-28',
    expirationDate: '2027-03-01',
    products,
    ...more,
  }).id;
}

/** The one licence that the PSA holds with our key for a subscription, or for a further line of it. */
export function licenceOf(on: Stage, subscriptionId: string, line?: string): Readonly<Record<string, unknown>> {
  const key = `ingram/us/${subscriptionId}${line === undefined ? '' : `/${line}`}`;
  const found = on.sandbox.psa.licences().filter((licence) => licence['snowid'] === key);
  if (found.length !== 1) throw new Error(`${found.length} licences carry ${key}`);
  return found[0]!;
}

/** How many licences carry a key of ours. */
export function keyedCount(on: Stage): number {
  return on.sandbox.psa.licences().filter((licence) => String(licence['snowid']).startsWith('ingram/')).length;
}

/** Changes the licence of a subscription as somebody in Halo does. */
export function patchLicence(on: Stage, subscriptionId: string, fields: Record<string, unknown>): void {
  on.sandbox.psa.patchLicence(Number(licenceOf(on, subscriptionId)['id']), fields);
}

/** Changes the seats of a subscription in the marketplace. */
export function changeQuantity(on: Stage, subscriptionId: string, quantity: number): void {
  on.sandbox.marketplace.world.changeSubscription(subscriptionId, {}, { quantity });
}

/** Enough time for an order to be told from the last look at it. */
export function later(on: Stage): void {
  on.sandbox.kernel.clock.advance(3_600_000);
}
