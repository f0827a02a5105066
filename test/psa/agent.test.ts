import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fault } from '../../src/sandbox/index.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { withClient } from './halo.js';

describe('Whether the agent sees all clients', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ customers: 5, subscriptions: 2, today: '2026-11-21' });
  });
  beforeEach(() => sandbox.reset());
  afterAll(() => sandbox.close());

  const asked = (): Promise<boolean | undefined> =>
    withClient(sandbox.psaUrl, (client) => client.seesAllClients(), { settings: sandbox.credentials.psa });
  const agent = (fault: Partial<Fault>): unknown => sandbox.kernel.faults.add({ vendor: 'psa', path: '/Agent/me', times: 0, ...fault });

  it('is so for one who is not restricted', async () => {
    expect(await asked()).toBe(true);
  });

  it('is not so for one who is held to some', async () => {
    sandbox.psa.set({ agentRestricted: [1] });
    expect(await asked()).toBe(false);
  });

  it.each<[string, Partial<Fault>]>([
    ['hides its agents', { status: 403, body: '' }],
    ['knows no such address', { status: 404, body: '' }],
    ['shows an agent without its clients', { body: { id: 2, name: 'API' } }],
  ])('is not known where HaloPSA %s', async (_what, fault) => {
    agent(fault);
    expect(await asked()).toBeUndefined();
  });

  it('is not answered where HaloPSA cannot be read', async () => {
    agent({ status: 502, body: '' });
    await expect(asked()).rejects.toMatchObject({ name: 'UpstreamError', kind: 'server' });
  });
});
