import { runImport } from '../../src/imports/run-import.js';
import { SAFE_AFTER_MS } from '../../src/imports/store/take-over.js';
import type { Call } from '../../src/sandbox/index.js';
import { begin, endLocks, haltCall, silentFor } from './halted.js';
import { addClient, addCustomer, addSubscription, EMPTY, product } from './people.js';
import { isWord, type How, type Step } from './simulated-history.js';
import { pick, type SimulatedPeople } from './simulated-people.js';
import type { Ran, Scene, Stage } from './stage.js';

const HOUR = 3_600_000;

/** A licence that somebody entered in Halo. */
const FOREIGN = {
  type: 1,
  site_id: 0,
  name: 'From elsewhere',
  count: 3,
  is_active: true,
  deleted: false,
  status: 'Active',
  price: 20,
  purchase_price: 15,
  snowid: '',
  product_sku: '',
  azure_connection_id: 0,
  notes: '',
  tenant_id: '',
  tenant_name: '',
  term_duration: '',
  billing_cycle: '',
};

const isWrite = (call: Call): boolean => call.vendor === 'psa' && call.method === 'POST' && call.path.startsWith('/api/');

/** A marketplace, a HaloPSA and people, to whom things happen while imports fail and processes die. */
export class SimulatedWorld {
  private bystander = { customer: '', subscription: '' };

  private importing = false;

  constructor(
    private readonly on: Stage,
    private readonly people: SimulatedPeople,
  ) {}

  async begin(switches: Pick<Scene, 'psa' | 'marketplace'>, recordsPerCall: number): Promise<void> {
    const { on } = this;
    await on.reset({ ...EMPTY, ...switches });
    on.sandbox.kernel.watch = {};
    this.people.begin(this);
    await addClient(on, 'Tailspin');
    // Nothing happens to these: with nothing left at all, an import has nothing to go by.
    this.bystander = { customer: addCustomer(on, 'Tailspin'), subscription: '' };
    this.bystander.subscription = addSubscription(on, this.bystander.customer, [product('Z')]);
    await on.database.dataSource.query(`UPDATE psa_instances SET records_per_call = $1`, [recordsPerCall]);
    await on.database.dataSource.query(`UPDATE tenants SET integrator = integrator || '{"enabled": true, "deactivateDeleted": true}'`);
  }

  get customers() {
    return this.on.sandbox.marketplace.world.customers.newestFirst().filter(({ id }) => id !== this.bystander.customer);
  }

  get subscriptions() {
    return this.on.sandbox.marketplace.world.subscriptions.newestFirst().filter(({ id }) => id !== this.bystander.subscription);
  }

  async happens(one: Step): Promise<void> {
    const { on } = this;
    const { world } = on.sandbox.marketplace;
    const { psa } = on.sandbox;
    if (isWord(one)) return this.people.say(one);
    switch (one.do) {
      case 'customer':
        addCustomer(on, one.name);
        return;
      case 'client':
        // A fault may meet this one, too.
        await addClient(on, one.name).catch(() => undefined);
        return;
      case 'subscription': {
        const products = one.products.map((mpn) => product(mpn, { quantity: one.seats }));
        const customer = pick(this.customers, one.customer);
        if (customer) addSubscription(on, customer.id, products);
        return;
      }
      case 'seats': {
        const found = pick(this.subscriptions, one.subscription);
        if (found) world.changeSubscription(found.id, {}, { quantity: one.seats, silent: one.silent });
        return;
      }
      case 'status': {
        const found = pick(this.subscriptions, one.subscription);
        if (found) world.changeSubscription(found.id, { status: one.status });
        return;
      }
      case 'renewal': {
        const found = pick(this.subscriptions, one.subscription);
        if (!found) return;
        const today = new Date(on.sandbox.kernel.clock.now()).toISOString().slice(0, 10);
        world.changeSubscription(found.id, { status: 'terminated', expirationDate: today });
        world.addSubscription({ ...structuredClone(found), id: undefined, status: 'active', creationDate: today } as never);
        return;
      }
      case 'vanish': {
        const found = pick(this.subscriptions, one.subscription);
        if (found) world.subscriptions.delete(found.id);
        return;
      }
      case 'leave': {
        const customer = pick(this.customers, one.customer);
        if (customer) world.customers.delete(customer.id);
        return;
      }
      case 'called': {
        const customer = pick(this.customers, one.customer);
        if (customer) Object.assign(customer, { name: one.name });
        return;
      }
      case 'price': {
        const found = pick(this.subscriptions, one.subscription);
        for (const line of found?.products ?? []) {
          Object.assign(line, {
            unitPrice: { currency: 'USD', amount: String(one.price) },
            unitCost: { currency: 'USD', amount: String(one.cost) },
          });
        }
        return;
      }
      case 'products': {
        const found = pick(this.subscriptions, one.subscription);
        if (found)
          world.changeSubscription(found.id, { products: one.products.map((mpn) => product(mpn, { quantity: one.seats })) as never });
        return;
      }
      case 'answer': {
        const id = await this.people.answer(one.what);
        if (id !== undefined && !this.importing) await this.toItsEnd(id);
        return;
      }
      case 'edit':
      case 'inactive':
      case 'drop': {
        const licences = psa.licences().filter((licence) => licence['vendor_product_sku'] !== 'Z');
        const id = pick(licences, one.licence)?.id ?? 0;
        if (id === 0) return;
        if (one.do === 'edit') psa.patchLicence(id, { count: one.count });
        else if (one.do === 'inactive') psa.patchLicence(id, { is_active: false, status: 'Inactive' });
        else if (one.wholly) psa.dropLicence(id);
        else psa.patchLicence(id, { deleted: true });
        return;
      }
      case 'rename':
        psa.patchClient(pick(psa.clients(), one.client)!.id, { name: one.name });
        return;
      case 'time':
        on.sandbox.kernel.clock.advance(one.hours * HOUR);
        return;
      case 'foreign':
        psa.addLicence({ ...FOREIGN, client_id: pick(psa.clients(), one.client)!.id, vendor_product_sku: one.sku });
        return;
      case 'merge': {
        const [from, into] = [pick(psa.clients(), one.from)!.id, pick(psa.clients(), one.into)!.id];
        if (from !== into) psa.mergeClients(from, into);
        return;
      }
      case 'import':
        if (one.fault) on.sandbox.kernel.faults.add({ ...one.fault });
        await (one.meanwhile ? this.disturbed(one.how, one.meanwhile) : this.import(one.how, one.crash));
        on.sandbox.kernel.faults.clear();
    }
  }

  async import(how: How, crash: { at: number; turn: 'arrived' | 'handled' } | null = null): Promise<Ran> {
    this.importing = true;
    try {
      return await this.imported(how, crash);
    } finally {
      this.importing = false;
    }
  }

  /** An import, in the middle of which its process may be stopped, to wake once another one has ended it. */
  private async imported(how: How, crash: { at: number; turn: 'arrived' | 'handled' } | null = null): Promise<Ran> {
    const { on } = this;
    const customer = how === 'customer' ? { customerId: this.customers.at(-1)?.id ?? this.bystander.customer } : {};
    const id = await on.queue({ preview: how === 'preview', ...customer });
    if (how === 'integrator') await on.database.dataSource.query(`UPDATE imports SET trigger = 'integrator' WHERE id = $1`, [id]);
    if (crash === null) await this.toItsEnd(id);
    else {
      // A write that came in would be done within a minute, not after another process took over.
      const halt = haltCall(on.sandbox, crash.turn, (call) => crash.turn === 'handled' || !isWrite(call), crash.at);
      const attempt = begin(on.deps, id);
      const stopped = await Promise.race([halt.reached.then(() => true), attempt.then(() => false)]);
      if (stopped) {
        await silentFor(on, id, SAFE_AFTER_MS / 1000 + 1);
        await endLocks(on);
        on.sandbox.kernel.watch = {};
        await this.toItsEnd(id);
      }
      halt.letGo();
      await attempt.catch(() => undefined);
      on.sandbox.kernel.watch = {};
      await this.toItsEnd(id);
    }
    return on.result(id);
  }

  /** An import during which things happen, while one of its calls waits. */
  private async disturbed(how: How, { at, steps }: { at: number; steps: readonly Step[] }): Promise<void> {
    const { on } = this;
    const halt = haltCall(on.sandbox, 'arrived', () => true, at);
    const importing = this.import(how);
    const reached = await Promise.race([halt.reached.then(() => true), importing.then(() => false)]);
    on.sandbox.kernel.watch = {};
    if (reached) for (const one of steps) await this.happens(one);
    halt.letGo();
    await importing;
  }

  /** The integrator's imports wait after a vendor's trouble. */
  private async toItsEnd(id: string): Promise<void> {
    const { on } = this;
    for (let tries = 0; tries < 8; tries += 1) {
      const { row } = await on.result(id);
      if (row.finishedAt) return;
      await on.database.dataSource.query(`UPDATE imports SET not_before = NULL WHERE id = $1`, [id]);
      await runImport(on.deps, id, new AbortController().signal);
    }
  }
}
