import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/index.js';
import { call, control, field, headersOf, reader, smallSandbox } from './marketplace-fixture.js';
import type { Answer } from './marketplace-fixture.js';

let sandbox: Sandbox;
let read: (path: string) => Promise<Answer>;
let headers: Record<string, string>;
let psa: Record<string, string>;

beforeEach(async () => {
  sandbox = await smallSandbox();
  read = await reader(sandbox);
  headers = await headersOf(sandbox);
  psa = await signedInToPsa();
});

afterEach(() => sandbox.close());

const signedInToPsa = async (): Promise<Record<string, string>> => {
  const { clientId, clientSecret, authUrl } = sandbox.credentials.psa;
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: 'all' });
  const answer = await call(`${authUrl}/token?tenant=sandbox`, { method: 'POST', body });
  return { authorization: `Bearer ${String(field(answer.body, 'access_token'))}`, 'content-type': 'application/json' };
};

const set = async (fault: object): Promise<void> => {
  expect((await control(sandbox, 'POST', '/faults', fault)).status).toBe(201);
};

const createClient = (name: string): Promise<Answer> =>
  call(`${sandbox.psaUrl}/api/Client`, { method: 'POST', headers: psa, body: JSON.stringify([{ name, toplevel_id: 2 }]) });

const stored = (name: string): number => sandbox.psa.clients().filter((client) => field(client, 'name') === name).length;

describe('the rules of faults', () => {
  it('choose calls by vendor, method and path, let some pass, then disturb so many', async () => {
    await set({ vendor: 'marketplace', method: 'GET', path: '^/customers\\?', after: 1, times: 2, status: 503 });
    await set({ vendor: 'psa', path: 'customers', status: 500 });
    const statuses = [];
    for (const path of [
      '/customers?limit=1',
      '/orders',
      '/CUSTOMERS?',
      '/customers?limit=2',
      '/customers?limit=3',
      '/customers?limit=4',
      '/customers',
    ]) {
      statuses.push((await read(path)).status);
    }
    expect(statuses).toEqual([200, 200, 503, 503, 200, 200, 200]);
    expect((await control(sandbox, 'GET', '/faults')).body).toMatchObject([
      { vendor: 'marketplace', seen: 5, disturbed: 2 },
      { vendor: 'psa', seen: 0 },
    ]);
  });

  it('disturb all from then on when times is 0, until they are taken away', async () => {
    const { body } = await control(sandbox, 'POST', '/faults', { vendor: 'marketplace', status: 500, times: 0 });
    for (let count = 0; count < 3; count += 1) expect((await read('/orders')).status).toBe(500);
    expect((await control(sandbox, 'DELETE', `/faults/${String(field(body, 'id'))}`)).status).toBe(200);
    expect((await read('/orders')).status).toBe(200);
  });

  it('follow one another when several fit', async () => {
    await set([
      { vendor: 'marketplace', status: 500 },
      { vendor: 'marketplace', status: 502 },
    ]);
    expect([(await read('/orders')).status, (await read('/orders')).status, (await read('/orders')).status]).toEqual([500, 502, 200]);
  });

  it('are named in the calls they disturbed', async () => {
    await set({ id: 'mine', vendor: 'marketplace', status: 418 });
    await read('/orders');
    expect(sandbox.kernel.calls.all().at(-1)).toMatchObject({ status: 418, faults: ['mine'] });
  });

  it('are all gone on DELETE', async () => {
    await set({ vendor: 'marketplace', status: 500, times: 0 });
    await control(sandbox, 'DELETE', '/faults');
    expect((await read('/orders')).status).toBe(200);
    expect((await control(sandbox, 'DELETE', '/faults/none')).status).toBe(404);
  });

  it.each([
    [{}, 'vendor'],
    [{ vendor: 'bank', status: 500 }, 'vendor'],
    [{ vendor: 'psa' }, 'needs one of'],
    [{ vendor: 'psa', status: 99 }, 'status'],
    [{ vendor: 'psa', status: 500, times: -1 }, 'times'],
    [{ vendor: 'psa', status: 500, path: '(' }, 'regular expression'],
    [{ vendor: 'psa', status: 500, method: 'get' }, 'capitals'],
    [{ vendor: 'psa', status: 500, reset: 'yes' }, 'reset'],
    [{ vendor: 'psa', headers: { a: 1 } }, 'headers'],
    [{ vendor: 'psa', code: 500 }, 'Unknown: code'],
  ])('are refused when wrong: %j', async (fault, words) => {
    const answer = await control(sandbox, 'POST', '/faults', [{ vendor: 'psa', status: 500 }, fault]);
    expect(answer.status).toBe(400);
    expect(field(answer.body, 'message')).toContain(words);
    expect(sandbox.kernel.faults.list()).toEqual([]);
  });
});

describe('a disturbed answer', () => {
  it('has the status, body, type and headers that were set', async () => {
    await set({ vendor: 'marketplace', status: 504, body: '<html>504</html>', contentType: 'text/html', headers: { 'retry-after': '7' } });
    const answer = await read('/customers');
    expect(answer).toMatchObject({ status: 504, body: '<html>504</html>' });
    expect(answer.headers.get('content-type')).toBe('text/html');
    expect(answer.headers.get('retry-after')).toBe('7');
  });

  it('is 200 with a body alone, as JSON unless it is a text', async () => {
    await set({ vendor: 'marketplace', body: { data: [] } });
    const answer = await read('/customers');
    expect(answer).toMatchObject({ status: 200, body: { data: [] } });
    expect(answer.headers.get('content-type')).toContain('application/json');
  });

  it('comes before the vendor checks anything', async () => {
    await set({ vendor: 'marketplace', status: 502, body: 'Bad Gateway' });
    expect((await call(`${sandbox.marketplaceUrl}/no-such-path`)).status).toBe(502);
  });

  it('keeps the real answer when only headers are added', async () => {
    await set({ vendor: 'marketplace', headers: { 'retry-after': '9' } });
    const answer = await read('/customers');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('retry-after')).toBe('9');
  });

  it('may drip, and is whole in the end', async () => {
    const whole = (await read('/customers?limit=2')).body;
    await set({ vendor: 'marketplace', dripMs: 5 });
    const response = await fetch(`${sandbox.marketplaceUrl}/customers?limit=2`, { headers });
    const reader = response.body?.getReader();
    const chunks: Uint8Array[] = [];
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) chunks.push(part.value);
    expect(chunks.length).toBeGreaterThan(3);
    expect(JSON.parse(Buffer.concat(chunks).toString('utf8'))).toEqual(whole);
  });

  it('may come late', async () => {
    await set({ vendor: 'marketplace', delayMs: 150 });
    const began = performance.now();
    expect((await read('/orders')).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThanOrEqual(145);
  });

  it.each([{ delayMs: 600_000 }, { dripMs: 600_000 }])('leave nothing running when the sandbox is closed: %j', async (late) => {
    const closing = await smallSandbox();
    const key = await headersOf(closing);
    const arrived = Promise.withResolvers<void>();
    closing.kernel.watch = { arrived: () => arrived.resolve() };
    closing.kernel.faults.add({ vendor: 'marketplace', times: 0, ...late });
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const answer = fetch(`${closing.marketplaceUrl}/customers`, { headers: key })
      .then((response) => response.text())
      .catch((error: Error) => error.message);
    await arrived.promise;
    while (timers() === before) await new Promise((resolve) => setImmediate(resolve));
    await closing.close();
    expect(await answer).toMatch(/fetch failed|terminated/);
    expect(timers()).toBe(before);
  });

  it('may be cut: the whole is announced, half is sent', async () => {
    const whole = JSON.stringify((await read('/customers?limit=5')).body);
    await set({ vendor: 'marketplace', cut: true });
    const response = await fetch(`${sandbox.marketplaceUrl}/customers?limit=5`, { headers });
    expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(whole)));
    await expect(response.text()).rejects.toThrow('terminated');
    expect((await read('/customers')).status).toBe(200);
  });
});

describe('a disturbed write to the PSA', () => {
  it.each([
    ['reset', { reset: true }],
    ['cut', { cut: true }],
  ])('does its work or not as told: %s', async (_, kind) => {
    await set({ vendor: 'psa', method: 'POST', path: '/api/client', ...kind });
    await expect(createClient('Not stored')).rejects.toThrow(/fetch failed|terminated/);
    expect(stored('Not stored')).toBe(0);
    await set({ vendor: 'psa', method: 'POST', path: '/api/client', ...kind, afterHandling: true });
    await expect(createClient('Stored')).rejects.toThrow(/fetch failed|terminated/);
    expect(stored('Stored')).toBe(1);
  });

  it('does its work before or not at all when it has a status', async () => {
    await set({ vendor: 'psa', method: 'POST', path: '/api/client', status: 502 });
    expect((await createClient('Not stored')).status).toBe(502);
    expect(stored('Not stored')).toBe(0);
    await set({ vendor: 'psa', method: 'POST', path: '/api/client', status: 502, afterHandling: true });
    expect((await createClient('Stored')).status).toBe(502);
    expect(stored('Stored')).toBe(1);
  });

  it('is recorded with its records either way', async () => {
    for (const afterHandling of [false, true]) {
      await set({ vendor: 'psa', method: 'POST', path: '/api/client', reset: true, afterHandling });
      await expect(createClient('Counted')).rejects.toThrow('fetch failed');
      expect(sandbox.kernel.calls.all().at(-1)).toMatchObject({ method: 'POST', path: '/api/Client', records: 1, status: 0 });
    }
  });
});
