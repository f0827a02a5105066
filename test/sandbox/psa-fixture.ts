import Fastify from 'fastify';
import { CallLog } from '../../src/sandbox/calls.js';
import { SandboxClock } from '../../src/sandbox/clock.js';
import { FaultRules } from '../../src/sandbox/faults.js';
import type { Kernel } from '../../src/sandbox/kernel.js';
import { PsaSandbox, type PsaSeed, type PsaSwitches, type Row } from '../../src/sandbox/psa/index.js';

/** What a call answered: `body` is the JSON, or the text when it is none. */
export interface Answer<T> {
  status: number;
  headers: Headers;
  text: string;
  body: T;
}

/** A row of any resource, for reading single fields. */
export type AnyRow = Record<string, unknown> & { id: number };

/** A sandbox Halo that listens, and a way to call it. */
export class Running implements AsyncDisposable {
  readonly url: string;
  readonly psa: PsaSandbox;
  readonly kernel: Kernel;
  readonly #close: () => Promise<unknown>;
  #token = '';

  constructor(url: string, psa: PsaSandbox, kernel: Kernel, close: () => Promise<unknown>) {
    this.url = url;
    this.psa = psa;
    this.kernel = kernel;
    this.#close = close;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  async token(form: Record<string, string> = {}, query = ''): Promise<Answer<Record<string, unknown>>> {
    const body = new URLSearchParams({ ...CREDENTIALS, grant_type: 'client_credentials', scope: 'all', ...form });
    return read(await fetch(`${this.url}/auth/token${query}`, { method: 'POST', body }));
  }

  async signIn(form: Record<string, string> = {}): Promise<void> {
    this.#token = String((await this.token(form)).body['access_token']);
  }

  /** A call with the token signed in with. */
  async call<T = AnyRow>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    const init = {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    };
    return read<T>(await fetch(`${this.url}${path}`, init));
  }

  get<T = AnyRow>(path: string): Promise<Answer<T>> {
    return this.call<T>('GET', path);
  }

  post<T = AnyRow>(path: string, body: unknown): Promise<Answer<T>> {
    return this.call<T>('POST', path, body);
  }
}

const CREDENTIALS = { client_id: 'sandbox-application', client_secret: 'not-a-secret' };

/** Two top levels, three clients (the last one inactive), two licences of the first client, of which one is inactive. */
export function smallSeed(): PsaSeed {
  return {
    credentials: { tenant: 'northwind', clientId: CREDENTIALS.client_id, clientSecret: CREDENTIALS.client_secret },
    topLevels: [
      { id: 1, name: 'Customers' },
      { id: 2, name: 'Marketplace', parentid: 1 },
    ],
    clients: [
      {
        id: 12,
        name: 'Harbour & Sons',
        toplevel_id: 1,
        site: { name: 'Main', line1: '1 Quay', line3: 'Hull', postcode: 'HU1', country_code: 'GB' },
      },
      { id: 14, name: 'Alder Ltd', toplevel_id: 2, ref: 'kept by hand', site: { name: 'Head office' } },
      { id: 15, name: 'Closed GmbH', inactive: true, toplevel_id: 1, ingram_micro_details_id: 3, site: { name: 'Main' } },
    ],
    licences: [
      { id: 101, type: 1, name: 'Business Premium', count: 5, client_id: 12, snowid: 'sub-1', price: 11.3333, start_date: '2026-02-01' },
      { id: 102, type: 1, name: 'Old plan', count: 2, client_id: 12, is_active: false },
    ],
    suppliers: [{ id: 7, name: 'Ingram Micro' }],
    agents: [{ id: 3, name: 'API agent' }],
    ticketTypes: [{ id: 21, name: 'Alert' }],
  };
}

/** The record of this id, as the sandbox holds it. */
export function stored(rows: readonly Row[], id: number): Row | undefined {
  return rows.find((row) => row.id === id);
}

/** Starts a sandbox Halo on a free port of the loopback interface, signed in. */
export async function started(switches: Partial<PsaSwitches> = {}, seed = smallSeed()): Promise<Running> {
  const kernel: Kernel = { clock: new SandboxClock(), calls: new CallLog(), faults: new FaultRules() };
  const psa = new PsaSandbox(kernel, seed);
  const app = Fastify();
  await psa.mount(app);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const running = new Running(url, psa, kernel, () => app.close());
  await running.signIn();
  psa.set(switches);
  return running;
}

async function read<T>(response: Response): Promise<Answer<T>> {
  const text = await response.text();
  const { status, headers } = response;
  const body: T = parsed(text);
  return { status, headers, text, body };
}

/** What the tests expect of it is what they test, so its type is theirs to state. */
function parsed(text: string): ReturnType<typeof JSON.parse> {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
