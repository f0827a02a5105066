import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PsaInstance, Tenant } from '../entities/index.js';
import { connector } from '../src/connect.js';
import type { Vendors } from '../src/imports/run-import.js';
import { createLogger } from '../src/observability/logger.js';
import { connectedApp, type ConnectedApp } from './support/connected-app.js';
import { VirtualTime } from './psa-instances/virtual-time.js';

const HEADERS = { 'retry-after': '30' };

let test: ConnectedApp;
let tenant: Tenant;
let psaInstance: PsaInstance;
let lines: string[];
const opened: Vendors[] = [];
beforeEach(async () => {
  test = await connectedApp();
  const id = await test.addPsaInstance();
  const { manager } = test.database.dataSource;
  tenant = await manager.findOneByOrFail(Tenant, { id: await test.addTenant(id) });
  psaInstance = await manager.findOneByOrFail(PsaInstance, { id });
  lines = [];
});
afterEach(async () => {
  for (const vendors of opened.splice(0)) vendors.close();
  await test.close();
});

function connectorOf(time: VirtualTime): ReturnType<typeof connector> {
  return connector({
    dataSource: test.database.dataSource,
    sealer: test.services.sealer,
    allow: ['127.0.0.1'],
    logger: createLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } }),
    pace: { now: () => time.now(), sleep: (ms, signal) => time.sleep(ms, signal), random: () => 0 },
  });
}

/** The vendors as another process opens them, or the process of the connector that is given. */
async function open(time: VirtualTime, connect = connectorOf(time)): Promise<Vendors> {
  const vendors = await connect(tenant, psaInstance, new AbortController().signal);
  opened.push(vendors);
  return vendors;
}

async function refusals(): Promise<unknown> {
  return test.database.dataSource.query('SELECT vendor, refused::int FROM vendor_refusals WHERE tenant_id = $1', [tenant.id]);
}

describe('the vendors of a tenant', () => {
  it("spend their PSA's budget together with other processes, and pause together", async () => {
    const time = new VirtualTime(1);
    const [one, other] = [await open(time), await open(time)];
    await one.psa.clients();
    await other.psa.clients();
    const left = async (): Promise<number> => {
      const [row] = await test.database.dataSource.query<{ tokens: number }[]>('SELECT tokens FROM psa_budgets');
      return row!.tokens;
    };
    expect(await left()).toBe(50_000 - one.psa.calls.made - other.psa.calls.made);

    const before = time.now();
    test.sandbox.kernel.faults.add({ vendor: 'psa', path: '/api/client', status: 429, headers: HEADERS });
    await one.psa.clients();
    expect(one.psa.calls.refused).toBe(1);
    await other.psa.licences();
    expect(time.now() - before).toBeGreaterThanOrEqual(30_000);
    const [row] = await test.database.dataSource.query<{ paused_until: Date }[]>('SELECT paused_until FROM psa_budgets');
    expect(row!.paused_until.getTime() - before).toBe(30_000);
  });

  it('have their refusals counted, and are named in the log by their tenant', async () => {
    const { psa, marketplace } = await open(new VirtualTime(1));
    test.sandbox.kernel.faults.add({ vendor: 'psa', path: '/api/client', status: 429, headers: HEADERS });
    test.sandbox.kernel.faults.add({ vendor: 'marketplace', path: '/customers', status: 429, headers: HEADERS });
    await psa.clients();
    await marketplace.customers();
    let found = await refusals();
    // Counted beside the call, not before it.
    while ((found as unknown[]).length < 2) found = await refusals();
    expect(found).toEqual(
      expect.arrayContaining([
        { vendor: 'psa', refused: 1 },
        { vendor: 'marketplace', refused: 1 },
      ]),
    );
    const again = lines.filter((line) => line.includes('asked again'));
    expect(again.length).toBeGreaterThan(0);
    for (const line of again) expect(JSON.parse(line)).toMatchObject({ tenantId: tenant.id });
  });

  it('keep what a marketplace account was found to take for its next import in the process', async () => {
    const time = new VirtualTime(1);
    const connect = connectorOf(time);
    const one = await open(time, connect);
    const before = one.marketplace.callsAnHour;
    test.sandbox.kernel.faults.add({ vendor: 'marketplace', path: '/customers', status: 429, headers: HEADERS });
    await one.marketplace.customers();
    const found = one.marketplace.callsAnHour;
    expect(found).toBeLessThan(before);
    expect((await open(time, connect)).marketplace.callsAnHour).toBe(found);
    expect((await open(time)).marketplace.callsAnHour).toBe(before);
  });
});
