import { createTestApp, testServices, type TestApp } from '../support/app.js';
import { FEATURES } from '../support/connected-app.js';
import type { Linked, Word } from './simulated-history.js';
import type { Stage } from './stage.js';

/** What there is, newest first, but for what nothing happens to. */
export interface Seen {
  customers: readonly { id: string }[];
  subscriptions: readonly { id: string; customerId: string; products?: readonly { mpn?: string | undefined }[] }[];
}

/** Chooses by a number, among whatever there is. */
export const pick = <T>(all: readonly T[], at: number): T | undefined => all[at % Math.max(1, all.length)];

/** What is refused for a reason is as good as done; a vendor may be in trouble. */
const REFUSED = new Set([404, 409, 422, 502, 503, 504]);

const chosen = (licences: Linked): object => (licences === null ? {} : { licences });

/** Those who use the page of a stage: all that they say goes through the API. */
export class SimulatedPeople {
  /** Customers of whom somebody may have said that licences stay where they are. */
  readonly stayed = new Set<string>();
  private seen: Seen = { customers: [], subscriptions: [] };

  private constructor(
    private readonly on: Stage,
    private readonly app: TestApp,
    private readonly owner: string,
  ) {}

  static async on(stage: Stage): Promise<SimulatedPeople> {
    const services = testServices(stage.database, { egressAllow: ['127.0.0.1'] });
    const connected = { ...services, sealer: stage.sealer, connect: stage.deps.connect, clock: { now: stage.deps.now } };
    const tireless = { address: Number.MAX_SAFE_INTEGER, caller: Number.MAX_SAFE_INTEGER };
    const app = await createTestApp(stage.database, FEATURES, connected, [], tireless);
    await app.services.queue.start();
    return new SimulatedPeople(stage, app, await app.token('owner'));
  }

  begin(seen: Seen): void {
    this.seen = seen;
    this.stayed.clear();
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.app.services.queue.stop();
  }

  /** @throws Error where Isthmus itself fails. */
  async ask(method: string, path: string, body?: object): Promise<number> {
    const { statusCode, body: text } = await this.app.call(this.owner, method, `/api/v1${path}`, body);
    if (statusCode < 300 || REFUSED.has(statusCode)) return statusCode;
    throw new Error(`${method} ${path} ${JSON.stringify(body)} answered ${statusCode}: ${text}`);
  }

  async say(word: Word): Promise<void> {
    const { on } = this;
    const tenant = `/tenants/${on.tenant.id}`;
    switch (word.do) {
      case 'decide': {
        // Of what the page shows: customers that were read.
        const rows = (await on.database.dataSource.query('SELECT customer_id AS id FROM customers')) as { id: string }[];
        const read = new Set(rows.map(({ id }) => id));
        const customer = pick(
          this.seen.customers.filter(({ id }) => read.has(id)),
          word.customer,
        );
        if (!customer) return;
        const what = word.what === 'client' ? { clientId: String(pick(on.sandbox.psa.clients(), word.client)!.id) } : { [word.what]: true };
        const wanted = { customerId: customer.id, ...what, ...chosen(word.licences) };
        const status = await this.ask('POST', `${tenant}/mappings`, wanted);
        if (status < 300 && word.licences === 'leave') this.stayed.add(customer.id);
        return;
      }
      case 'forget':
      case 'takeBack': {
        const all = await on.database.dataSource.query<{ id: string; customerId: string }[]>(
          `SELECT id, customer_id AS "customerId" FROM mappings ORDER BY created_at, customer_id, archived_at`,
        );
        const mapping = pick(all, word.mapping);
        if (!mapping) return;
        if (word.licences === 'leave') this.stayed.add(mapping.customerId);
        const query = word.licences === null ? '' : `?licences=${word.licences}`;
        if (word.do === 'forget') await this.ask('DELETE', `/mappings/${mapping.id}${query}`);
        else await this.ask('POST', `${tenant}/mappings/take-back`, { mappingIds: [mapping.id], ...chosen(word.licences) });
        return;
      }
      case 'generate':
        await this.ask('POST', `${tenant}/mappings/generate`);
        return;
      case 'adopt':
      case 'anyway': {
        const subscription = pick(this.seen.subscriptions, word.subscription);
        const line = pick(subscription?.products ?? [], word.line)?.mpn;
        if (!subscription || line === undefined) return;
        const about = { subscriptionId: subscription.id, line };
        if (word.do === 'anyway') await this.ask('POST', `${tenant}/links`, { ...about, createAnyway: true });
        else {
          const { customerId } = subscription;
          const mapping = (await on.mappings()).find((one) => one.customerId === customerId && one.archivedAt === null);
          const there = on.sandbox.psa.licences().filter((licence) => String(licence['client_id']) === mapping?.clientId);
          const licence = pick(there, word.licence);
          if (licence) await this.ask('POST', `${tenant}/links`, { ...about, licenceId: String(licence.id) });
        }
        return;
      }
      case 'settings':
        await this.ask('PATCH', tenant, word.settings);
    }
  }

  /** Answers an import that waits for a person. Gives its id where there is one, and it is to go on. */
  async answer(what: 'approve' | 'some' | 'discard'): Promise<string | undefined> {
    const { dataSource } = this.on.database;
    const [waiting] = await dataSource.query<{ id: string; digest: string }[]>(
      `SELECT id, digest FROM imports WHERE state = 'needs_approval'`,
    );
    if (!waiting) return undefined;
    const { id, digest } = waiting;
    if (what === 'discard') {
      await this.ask('POST', `/imports/${id}/discard`);
      return undefined;
    }
    const [first] = await dataSource.query<{ id: string }[]>(
      `SELECT id FROM changes WHERE import_id = $1 AND state = 'held' ORDER BY sequence LIMIT 1`,
      [id],
    );
    const status = await this.ask('POST', `/imports/${id}/approve`, { digest, ...(what === 'some' ? { changeIds: [first!.id] } : {}) });
    return status < 300 ? id : undefined;
  }
}
