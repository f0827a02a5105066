import type { LightMyRequestResponse } from 'fastify';
import { type Import, Import as ImportEntity, Mapping, WebhookDelivery, WebhookImport } from '../../entities/index.js';
import type { Feature } from '../../src/app.js';
import { connect } from '../../src/database/connect.js';
import { Queue } from '../../src/queue/queue.js';
import type { Services } from '../../src/services.js';
import type { DeliveryAnswer, DeliveryView } from '../../src/webhooks/delivery-view.js';
import { webhookRoutes } from '../../src/webhooks/routes.js';
import { sweepWebhooks } from '../../src/webhooks/sweep.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';

/** What a Halo sends. */
export interface Sending {
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  raw?: string;
  /** Default: the secret as Bearer. */
  headers?: Record<string, string>;
  /** Added to the address. */
  query?: string;
  /** The process that is sent to. */
  to?: TestApp;
  /** The address it is sent from. */
  from?: string;
}

/** A PSA instance that sends, tenants with mappings, and no worker: tests end imports themselves. */
export interface Stage {
  app: ConnectedApp;
  psaInstanceId: string;
  secret: string;
  send(sending?: Sending): Promise<LightMyRequestResponse>;
  /** Sends, and expects to be heard. */
  accepted(body: unknown, sending?: Sending): Promise<DeliveryAnswer>;
  /** Another process on the same database. */
  process(parts?: Partial<Services>, feature?: Feature): Promise<TestApp>;
  /** A tenant with customers mapped to clients, by customer. */
  addTenant(name: string, mapped?: Record<string, string>, changes?: object): Promise<string>;
  deliveries(query?: string): Promise<DeliveryView[]>;
  delivery(id: string): Promise<WebhookDelivery>;
  asked(tenantId: string): Promise<WebhookImport[]>;
  /** Oldest first. */
  imports(tenantId: string): Promise<Import[]>;
  /** Jobs in the queue for an import. */
  jobs(importId: string): Promise<number>;
  /** Lets an import of a tenant run that somebody else started. */
  startOther(tenantId: string): Promise<void>;
  /** Ends what waits or runs, as if it had succeeded. */
  end(tenantId: string): Promise<void>;
  /** Lets time go by for what came so far, by moving it into the past. */
  ago(seconds: number): Promise<void>;
  sweep(): Promise<void>;
  /** Forgets all deliveries and imports. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export async function stage(): Promise<Stage> {
  const app = await connectedApp();
  const { dataSource } = app.database;
  const { manager } = dataSource;
  const psaInstanceId = await app.addPsaInstance();
  const secret = (await app.api<{ webhookSecret: string }>('POST', `/psa-instances/${psaInstanceId}/webhook-secret`)).body.webhookSecret;
  const closers: (() => Promise<unknown>)[] = [];

  const send = ({ body, raw, headers, query = '', to = app, from = '203.0.113.7' }: Sending = {}): Promise<LightMyRequestResponse> =>
    to.app.inject({
      method: 'POST',
      url: `/webhooks/halo/${psaInstanceId}${query}`,
      headers: { 'content-type': 'application/json', ...(headers ?? { authorization: `Bearer ${secret}` }) },
      payload: raw ?? JSON.stringify(body),
      remoteAddress: from,
    });

  return {
    app,
    psaInstanceId,
    secret,
    send,
    async accepted(body, sending = {}) {
      const answer = await send({ ...sending, body });
      if (answer.statusCode !== 202) throw new Error(`It was answered ${answer.statusCode}: ${answer.body}`);
      return answer.json();
    },
    async process(parts = {}, feature = webhookRoutes) {
      const own = await connect(app.database.url, { attempts: 1, poolSize: 6 });
      const queue = new Queue({ url: app.database.url, logger: app.services.logger, supervise: false });
      await queue.start();
      const made = await createTestApp(app.database, [], { ...app.services, dataSource: own, queue, ...parts }, [feature]);
      closers.push(async () => {
        await made.close();
        await queue.stop();
        await own.destroy();
      });
      return made;
    },
    async addTenant(name, mapped = {}, changes = {}) {
      const tenantId = await app.addTenant(psaInstanceId, { name, ...changes });
      const mappings = Object.entries(mapped).map(([customerId, clientId]) => ({
        tenantId,
        customerId,
        state: 'mapped' as const,
        clientId,
        origin: 'manual' as const,
      }));
      await manager.insert(Mapping, mappings);
      return tenantId;
    },
    async deliveries(query = '') {
      return (await app.api<{ data: DeliveryView[] }>('GET', `/psa-instances/${psaInstanceId}/webhook-deliveries${query}`)).body.data;
    },
    delivery: (id) => manager.findOneByOrFail(WebhookDelivery, { id }),
    asked: (tenantId) => manager.find(WebhookImport, { where: { tenantId }, order: { createdAt: 'ASC' } }),
    imports: (tenantId) => manager.find(ImportEntity, { where: { tenantId }, order: { createdAt: 'ASC' } }),
    async jobs(importId) {
      const [row] = await dataSource.query<{ n: number }[]>(`SELECT count(*)::int AS n FROM pgboss.job WHERE data ->> 'importId' = $1`, [
        importId,
      ]);
      return row!.n;
    },
    async startOther(tenantId) {
      await app.api('POST', `/tenants/${tenantId}/imports`, { entities: ['customers'] });
      await manager.update(ImportEntity, { tenantId, state: 'queued' }, { state: 'running' });
    },
    async end(tenantId) {
      await dataSource.query(
        `UPDATE imports SET state = 'succeeded', phase = 'done', finished_at = now() WHERE tenant_id = $1 AND state IN ('queued', 'running')`,
        [tenantId],
      );
    },
    async ago(seconds) {
      await dataSource.query(`UPDATE webhook_deliveries SET received_at = received_at - make_interval(secs => $1)`, [seconds]);
    },
    sweep: () => sweepWebhooks(app.services),
    async clear() {
      for (const table of ['webhook_deliveries', 'webhook_counts', 'imports']) await dataSource.query(`DELETE FROM ${table}`);
    },
    async close() {
      for (const close of closers.toReversed()) await close();
      await app.close();
    },
  };
}

/** Basic, as a browser or Halo writes it. */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
