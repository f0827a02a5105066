import type { Sandbox } from '../../src/sandbox/index.js';
import type { Chance } from './chance.js';

/** A list as the marketplace answers it. */
export interface List {
  data: unknown[];
  pagination: { offset: number; limit: number; total: number };
}

/** The whole list as the marketplace shows it now, to somebody who signs in. */
export async function listed(sandbox: Sandbox, what: 'customers' | 'subscriptions'): Promise<List> {
  const { apiUrl, marketplace, username, password, subscriptionKey } = sandbox.credentials.marketplace;
  const key = { 'x-subscription-key': subscriptionKey };
  const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const signedIn = await fetch(`${apiUrl}/token`, {
    method: 'POST',
    headers: { ...key, authorization: basic, 'content-type': 'application/json' },
    body: JSON.stringify({ marketplace }),
  });
  const { token } = (await signedIn.json()) as { token: string };
  const answer = await fetch(`${apiUrl}/${what}?offset=0&limit=500`, { headers: { ...key, authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`The list of ${what} was answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as List;
}

/** Half of a list, any half; its total as many as are shown, so that it seems whole, or as it was. */
export function halved({ data, pagination }: List, chance: Chance, total: 'as shown' | 'as it was'): List {
  const rows = chance.some(data, Math.ceil(data.length / 2));
  return { data: rows, pagination: { ...pagination, total: total === 'as shown' ? rows.length : pagination.total } };
}
