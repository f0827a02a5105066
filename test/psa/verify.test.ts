import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { verifyPsa, type Check, type PsaSettings, type Verification } from '../../src/psa/index.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { loopback, testPace, withHalo, settingsFor } from './halo.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ customers: 40, subscriptions: 30 });
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const verify = (more: Partial<PsaSettings> = {}): Promise<Verification> =>
  verifyPsa({ ...sandbox.credentials.psa, ...more }, { policy: loopback, pace: testPace(), callsPer5Minutes: 10_000 });

const check = ({ checks }: Verification, name: string): Check | undefined => checks.find((one) => one.name === name);
const NAMES = [
  'reachable',
  'credentials',
  'readClients',
  'readSites',
  'readLicences',
  'softwareLicensing',
  'topLevels',
  'agentCustomers',
  'nativeModules',
  'nativeIngramClients',
  'writePermissions',
  'invoiceLineQuantities',
  'invoiceLineStatus',
];

describe('verifying a HaloPSA', () => {
  it('asks for tickets, too, where people are told in them', async () => {
    const deps = { policy: loopback, pace: testPace(), callsPer5Minutes: 10_000 };
    const found = await verifyPsa(sandbox.credentials.psa, deps, { alerts: true });
    expect(check(found, 'readTickets')).toMatchObject({ result: 'ok' });
    sandbox.psa.set({ permissions: ['read:customers', 'read:softwarelicensing'] });
    const without = await verifyPsa(sandbox.credentials.psa, deps, { alerts: true });
    expect(check(without, 'readTickets')).toMatchObject({
      result: 'failed',
      detail: expect.stringMatching(/'read:tickets' and 'edit:tickets'/),
    });
    expect(without.result).toBe('failed');
    expect(check(await verify(), 'readTickets')).toBeUndefined();
  });

  it('finds all in order, writes nothing, and says where to look for what no call can show', async () => {
    const verification = await verify();
    expect(verification.result).toBe('ok');
    expect(verification.checks.map(({ name }) => name)).toEqual(NAMES);
    for (const name of NAMES.slice(0, -3)) expect(check(verification, name)).toMatchObject({ result: 'ok' });
    for (const name of NAMES.slice(-3)) expect(check(verification, name)?.result).toBe('unknown');
    expect(check(verification, 'writePermissions')?.detail).toMatch(/edit:softwarelicensing/);
    const methods = sandbox.kernel.calls
      .all()
      .filter(({ path }) => !path.includes('/token'))
      .map(({ method }) => method);
    expect(new Set(methods)).toEqual(new Set(['GET']));
  });

  it('names the address when nothing answers, and tries nothing else', async () => {
    const verification = await verify({ baseUrl: 'http://127.0.0.1:9', authUrl: undefined });
    expect(verification.result).toBe('failed');
    expect(check(verification, 'reachable')).toMatchObject({ result: 'failed', field: 'baseUrl' });
    for (const name of NAMES.slice(1)) expect(check(verification, name)?.result).toBe('unknown');
  });

  it('names the address when what answers is not HaloPSA', async () => {
    await withHalo(
      () => ({ status: 404, body: '<html>Not found</html>' }),
      async (halo) => {
        const verification = await verifyPsa(settingsFor(halo.url), { policy: loopback, pace: testPace() });
        expect(check(verification, 'reachable')).toMatchObject({ result: 'failed', field: 'baseUrl' });
      },
    );
  });

  it('names the address when it may not be called', async () => {
    const verification = await verify({ baseUrl: 'http://10.1.2.3', authUrl: undefined });
    expect(check(verification, 'reachable')).toMatchObject({
      result: 'failed',
      field: 'baseUrl',
      detail: expect.stringMatching(/ISTHMUS_EGRESS_ALLOW/),
    });
  });

  it('names the sign-in server when there is none', async () => {
    expect(check(await verify({ authUrl: `${sandbox.psaUrl}/nothing` }), 'credentials')).toMatchObject({
      result: 'failed',
      field: 'authUrl',
    });
  });

  it.each([{ clientSecret: 'wrong' }, { clientId: 'wrong' }])('names the credentials when they are rejected (%p)', async (wrong) => {
    const verification = await verify(wrong);
    expect(check(verification, 'reachable')?.result).toBe('ok');
    expect(check(verification, 'credentials')).toMatchObject({ result: 'failed', field: 'clientId' });
  });

  it('names the tenant when Halo does not know it', async () => {
    sandbox.psa.set({ tenantParameter: 'checked' });
    expect(check(await verify({ haloTenant: 'nobody' }), 'credentials')).toMatchObject({ result: 'failed', field: 'haloTenant' });
  });

  it.each([401, 403] as const)('names each permission that is missing (%p)', async (unauthorizedForMissingRight) => {
    sandbox.psa.set({ permissions: ['read:customers'], unauthorizedForMissingRight });
    const verification = await verify();
    expect(verification.result).toBe('failed');
    expect(check(verification, 'readClients')?.result).toBe('ok');
    expect(check(verification, 'readLicences')).toMatchObject({
      result: 'failed',
      detail: expect.stringMatching(/read:softwarelicensing/),
    });
  });

  it.each([403, 404] as const)('sees that software licensing is off (%p)', async (moduleOffStatus) => {
    sandbox.psa.set({ softwareLicensing: false, moduleOffStatus });
    expect(check(await verify(), 'softwareLicensing')).toMatchObject({ result: 'failed' });
  });

  it('sees that the agent is held to some customers', async () => {
    sandbox.psa.set({ agentRestricted: [sandbox.data.psa.clients[0]?.id ?? 0] });
    expect(check(await verify(), 'agentCustomers')).toMatchObject({ result: 'failed' });
  });

  it.each([
    [{ nativeIngram: true }, /Ingram Micro/],
    [{ nativeCsp: true }, /Microsoft CSP/],
  ])("sees that a module of Halo's own is on (%p)", async (switches, words) => {
    sandbox.psa.set(switches);
    expect(check(await verify(), 'nativeModules')).toMatchObject({ result: 'failed', detail: expect.stringMatching(words) });
  });

  it('does not know about modules when Halo does not show them', async () => {
    sandbox.kernel.faults.add({ vendor: 'psa', path: 'Features', times: 0, status: 403 });
    const verification = await verify();
    expect(verification.result).toBe('unknown');
    expect(check(verification, 'nativeModules')?.result).toBe('unknown');
    expect(check(verification, 'softwareLicensing')?.result).toBe('unknown');
  });
});
