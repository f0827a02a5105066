import { expect } from '@jest/globals';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/index.js';

export interface Answer {
  status: number;
  headers: Headers;
  /** The body as parsed JSON; as text when it is none. */
  body: unknown;
}

export type Rows = Record<string, unknown>[];

/** A small world without a throttle, on a fixed day. */
export function smallSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { switches, ...rest } = options;
  const marketplace = { throttle: null, ...switches?.marketplace };
  return startSandbox({ customers: 30, subscriptions: 20, today: '2026-03-15', ...rest, switches: { ...switches, marketplace } });
}

export async function call(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** One call to a control route; a body is sent as JSON. */
export function control(sandbox: Sandbox, method: string, path: string, body?: unknown): Promise<Answer> {
  const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  return call(`${sandbox.url}/sandbox${path}`, { method, ...json });
}

/** `POST /token` with the sandbox's own credentials, where nothing else is given. */
export function askToken(
  sandbox: Sandbox,
  given: { user?: string; key?: string | null; body?: string; type?: string } = {},
): Promise<Answer> {
  const { marketplace, username, password, subscriptionKey } = sandbox.credentials.marketplace;
  const user = given.user ?? `${username}:${password}`;
  const headers: Record<string, string> = {
    authorization: `Basic ${Buffer.from(user).toString('base64')}`,
    'content-type': given.type ?? 'application/json',
  };
  if (given.key !== null) headers['x-subscription-key'] = given.key ?? subscriptionKey;
  return call(`${sandbox.marketplaceUrl}/token`, { method: 'POST', headers, body: given.body ?? JSON.stringify({ marketplace }) });
}

export async function headersOf(sandbox: Sandbox): Promise<Record<string, string>> {
  const { status, body } = await askToken(sandbox);
  expect(status).toBe(200);
  return { authorization: `Bearer ${text(field(body, 'token'))}`, 'x-subscription-key': sandbox.credentials.marketplace.subscriptionKey };
}

/** Signs in once and returns a way to read paths below the marketplace's address. */
export async function reader(sandbox: Sandbox): Promise<(path: string) => Promise<Answer>> {
  const headers = await headersOf(sandbox);
  return (path) => call(`${sandbox.marketplaceUrl}${path}`, { headers });
}

export function field(value: unknown, ...path: (string | number)[]): unknown {
  let at = value;
  for (const name of path) at = typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined;
  return at;
}

export function rows(answer: Answer): Rows {
  const data = Array.isArray(answer.body) ? answer.body : field(answer.body, 'data');
  if (!Array.isArray(data)) throw new Error(`no rows in ${JSON.stringify(answer.body)}`);
  return data;
}

export function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`not a text: ${JSON.stringify(value)}`);
  return value;
}

export const ids = (list: Rows): string[] => list.map((row) => text(row['id']));

/** Every row of a list, read page by page as far as the first empty one. */
export async function walk(read: (path: string) => Promise<Answer>, path: string, limit: number): Promise<Rows> {
  const all: Rows = [];
  for (;;) {
    const joined = path.includes('?') ? '&' : '?';
    const page = rows(await read(`${path}${joined}offset=${all.length}&limit=${limit}`));
    if (page.length === 0) return all;
    all.push(...page);
  }
}
