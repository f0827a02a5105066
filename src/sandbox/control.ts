import type { FastifyError, FastifyInstance } from 'fastify';
import { BadInput, count, fault, object } from './control-input.js';
import { controlWorld } from './control-world.js';
import type { Kernel } from './kernel.js';
import type { MarketplaceSandbox } from './marketplace/index.js';
import { wrongMarketplaceSwitch } from './marketplace/switches.js';
import { defaultSwitches } from './psa/index.js';
import type { PsaSandbox } from './psa/index.js';
import { isRecord } from './record.js';

/** How large a new world is to be; what is not given stays as it was. */
export interface ResetOptions {
  customers?: number;
  subscriptions?: number;
  seed?: number;
}

/** What the control routes control. */
export interface Controlled {
  kernel: Kernel;
  marketplace: MarketplaceSandbox;
  psa: PsaSandbox;
  /** Addresses and credentials. */
  describe(): object;
  reset(options: ResetOptions): void;
}

/** Adds `/sandbox/*`: everything that a person or a test may do to the sandboxes from outside. No sign-in: it listens on loopback alone. */
export async function control(app: FastifyInstance, sandbox: Controlled): Promise<void> {
  await app.register(
    async (scope) => {
      scope.setErrorHandler<FastifyError | BadInput>((error, _request, reply) => {
        const status = error instanceof BadInput ? error.status : (error.statusCode ?? 500);
        return reply.code(status).send({ status, message: error.message });
      });
      scope.setNotFoundHandler((request, reply) =>
        reply.code(404).send({ status: 404, message: `There is no ${request.method} ${request.url}.` }),
      );
      scope.get('', async () => sandbox.describe());
      calls(scope, sandbox);
      faults(scope, sandbox);
      switches(scope, sandbox);
      clock(scope, sandbox);
      stored(scope, sandbox);
      controlWorld(scope, sandbox.marketplace);
    },
    { prefix: '/sandbox' },
  );
}

function calls(scope: FastifyInstance, { kernel }: Controlled): void {
  scope.get('/calls', async () => kernel.calls.all());
  scope.delete('/calls', async () => {
    kernel.calls.clear();
    return { deleted: true };
  });
}

function faults(scope: FastifyInstance, { kernel }: Controlled): void {
  scope.get('/faults', async () => kernel.faults.list());
  scope.post('/faults', async ({ body }, reply) => {
    // All are checked before the first is set.
    const added = Array.isArray(body) ? body.map(fault).map((each) => kernel.faults.add(each)) : kernel.faults.add(fault(body));
    return reply.code(201).send(added);
  });
  scope.delete('/faults', async () => {
    kernel.faults.clear();
    return { deleted: true };
  });
  scope.delete<{ Params: { id: string } }>('/faults/:id', async ({ params }) => {
    if (!kernel.faults.list().some(({ id }) => id === params.id)) throw new BadInput(`There is no fault ${params.id}.`, 404);
    kernel.faults.remove(params.id);
    return { deleted: true };
  });
}

function switches(scope: FastifyInstance, { marketplace, psa }: Controlled): void {
  const positions = () => ({ marketplace: marketplace.switches, psa: psa.switches });
  scope.get('/switches', async () => positions());
  scope.post('/switches', async ({ body }) => {
    const given = object(body, ['marketplace', 'psa']);
    const { marketplace: ofMarketplace = {}, psa: ofPsa = {} } = given;
    if (!isRecord(ofMarketplace) || !isRecord(ofPsa)) throw new BadInput('The switches of a vendor are a JSON object.');
    const wrong = wrongMarketplaceSwitch(ofMarketplace) ?? wrongPsaSwitch(ofPsa);
    if (wrong) throw new BadInput(wrong);
    marketplace.set(ofMarketplace);
    psa.set(ofPsa);
    return positions();
  });
}

/** Those whose positions are of more than one type. */
const MIXED = ['pagingIgnored', 'priceDecimals', 'rateLimit', 'agentRestricted', 'errorShape'];

function wrongPsaSwitch(input: Record<string, unknown>): string | undefined {
  const known = new Map<string, unknown>(Object.entries(defaultSwitches()));
  for (const [name, value] of Object.entries(input)) {
    if (!known.has(name)) return `The PSA has no switch "${name}". It has: ${[...known.keys()].join(', ')}.`;
    const usual = known.get(name);
    if (MIXED.includes(name)) continue;
    const words = Array.isArray(usual) ? 'array' : typeof usual;
    if (value === null || typeof value !== typeof usual || Array.isArray(value) !== Array.isArray(usual))
      return `The PSA's switch "${name}" is of type ${words}.`;
  }
  return undefined;
}

function clock(scope: FastifyInstance, { kernel }: Controlled): void {
  const now = () => ({ now: new Date(kernel.clock.now()).toISOString(), ms: kernel.clock.now() });
  scope.get('/clock', async () => now());
  scope.post('/clock', async ({ body }) => {
    const { advanceMs, set } = object(body, ['advanceMs', 'set']);
    const time = typeof set === 'string' ? Date.parse(set) : set;
    if (typeof advanceMs === 'number' && Number.isFinite(advanceMs) && set === undefined) kernel.clock.advance(advanceMs);
    else if (typeof time === 'number' && !Number.isNaN(new Date(time).getTime()) && advanceMs === undefined) kernel.clock.set(time);
    else throw new BadInput('Give either "advanceMs", in milliseconds, or "set", a time.');
    return now();
  });
}

function stored(scope: FastifyInstance, sandbox: Controlled): void {
  scope.post('/reset', async ({ body }) => {
    const input = object(body, ['customers', 'subscriptions', 'seed']);
    sandbox.reset({ customers: count(input, 'customers'), subscriptions: count(input, 'subscriptions'), seed: count(input, 'seed') });
    return sandbox.describe();
  });
  const tables = new Map<string, () => object[]>([
    ['clients', () => sandbox.psa.clients()],
    ['sites', () => sandbox.psa.sites()],
    ['licences', () => sandbox.psa.licences()],
    ['tickets', () => sandbox.psa.tickets()],
  ]);
  scope.get<{ Params: { kind: string } }>('/psa/:kind', async ({ params }) => {
    const rows = tables.get(params.kind);
    if (!rows) throw new BadInput(`The PSA shows ${[...tables.keys()].join(', ')}, not "${params.kind}".`, 404);
    return rows();
  });
}
