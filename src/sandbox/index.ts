import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { CallLog } from './calls.js';
import { SandboxClock } from './clock.js';
import { control } from './control.js';
import type { ResetOptions } from './control.js';
import { dayOf } from './data/days.js';
import { generateData } from './data/index.js';
import type { SandboxData } from './data/index.js';
import { FaultRules } from './faults.js';
import type { Kernel } from './kernel.js';
import { MarketplaceSandbox } from './marketplace/index.js';
import { defaultMarketplaceSwitches } from './marketplace/switches.js';
import type { MarketplaceSwitches } from './marketplace/switches.js';
import { defaultSwitches, PsaSandbox } from './psa/index.js';
import type { PsaSwitches } from './psa/index.js';

export type { Call, CallWatch, Fault, Vendor } from './contract.js';
export type { MatchKind, SandboxData } from './data/index.js';
export type { MarketplaceSwitches } from './marketplace/switches.js';
export type { PsaSwitches } from './psa/index.js';

export interface SandboxOptions extends ResetOptions {
  /** 0, the default, for a free one. */
  port?: number;
  host?: '127.0.0.1';
  /** The marketplace's code; default `us`. */
  marketplace?: string;
  /** The region in the marketplace's address; default `na`. Any is answered. */
  region?: string;
  /** The day, `YYYY-MM-DD`, that the sandbox's clock starts on (at noon, UTC) and the data is current on; default is the machine's time. */
  today?: string;
  /** Positions of switches other than the defaults, also after a reset. */
  switches?: { marketplace?: Partial<MarketplaceSwitches>; psa?: Partial<PsaSwitches> };
}

/** What a client needs to be told about the sandbox. The secrets are fakes and open nothing else. */
export interface SandboxCredentials {
  marketplace: { apiUrl: string; marketplace: string; username: string; password: string; subscriptionKey: string };
  psa: { baseUrl: string; authUrl: string; haloTenant: string; clientId: string; clientSecret: string };
}

/** A marketplace and a HaloPSA that listen on one loopback port. */
export interface Sandbox {
  /** The origin, `http://127.0.0.1:{port}`; `/sandbox/*` is below it. */
  url: string;
  marketplaceUrl: string;
  psaUrl: string;
  credentials: SandboxCredentials;
  kernel: Kernel;
  marketplace: MarketplaceSandbox;
  psa: PsaSandbox;
  /** The data that the worlds were made from and now hold as their own. */
  data: SandboxData;
  /** Begins again: new data, no faults, no calls, no watch, the clock and the switches as at the start. */
  reset(options?: ResetOptions): void;
  close(): Promise<void>;
}

/** Starts both sandboxes. Throws when the port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const kernel: Kernel = { clock: new SandboxClock(), calls: new CallLog(), faults: new FaultRules() };
  let size: ResetOptions = { customers: options.customers, subscriptions: options.subscriptions, seed: options.seed };
  const fresh = (): SandboxData => {
    if (options.today === undefined) kernel.clock.reset();
    else kernel.clock.set(Date.parse(`${options.today}T12:00:00Z`));
    return generateData({ ...size, marketplace: options.marketplace, today: dayOf(kernel.clock.now()) });
  };
  const data = fresh();
  const marketplace = new MarketplaceSandbox(kernel, data.marketplace);
  const psa = new PsaSandbox(kernel, data.psa);
  const setSwitches = (): void => {
    marketplace.set({ ...defaultMarketplaceSwitches(), ...options.switches?.marketplace });
    psa.set({ ...defaultSwitches(), ...options.switches?.psa });
  };
  setSwitches();

  // Connections are closed with the server, because clients keep theirs alive.
  const app = Fastify({ exposeHeadRoutes: false, forceCloseConnections: true });
  const sandbox: Sandbox = {
    // The addresses are known once it listens.
    url: '',
    marketplaceUrl: '',
    psaUrl: '',
    credentials: credentials('', '', data),
    kernel,
    marketplace,
    psa,
    data,
    reset(changed = {}) {
      const given = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
      size = { ...size, ...given };
      sandbox.data = fresh();
      marketplace.reset(sandbox.data.marketplace);
      psa.reset(sandbox.data.psa);
      setSwitches();
      kernel.faults.clear();
      kernel.calls.clear();
      delete kernel.watch;
    },
    close: () => app.close(),
  };
  await mount(app, sandbox);
  const url = await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' });
  const marketplaceUrl = `${url}/marketplace/${options.region ?? 'na'}`;
  return Object.assign(sandbox, { url, marketplaceUrl, psaUrl: url, credentials: credentials(url, marketplaceUrl, data) });
}

async function mount(app: FastifyInstance, sandbox: Sandbox): Promise<void> {
  await sandbox.marketplace.mount(app);
  await sandbox.psa.mount(app);
  const { kernel, marketplace, psa } = sandbox;
  const describe = (): object => {
    const { url, marketplaceUrl, psaUrl, credentials: known } = sandbox;
    return { url, marketplaceUrl, psaUrl, credentials: known };
  };
  await control(app, { kernel, marketplace, psa, describe, reset: (changed) => sandbox.reset(changed) });
  // What answers at an address that is neither vendor's is a web server.
  app.setNotFoundHandler((_request, reply) =>
    reply
      .code(404)
      .type('text/html')
      .send('<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found</h1></center></body></html>'),
  );
}

function credentials(url: string, marketplaceUrl: string, { marketplace, psa }: SandboxData): SandboxCredentials {
  const { tenant, clientId, clientSecret } = psa.credentials;
  return {
    marketplace: { apiUrl: marketplaceUrl, ...marketplace.credentials },
    psa: { baseUrl: url, authUrl: `${url}/auth`, haloTenant: tenant, clientId, clientSecret },
  };
}
