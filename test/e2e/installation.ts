import { randomBytes } from 'node:crypto';
import { TokenStore } from '../../src/auth/token-store.js';
import { readConfig } from '../../src/config.js';
import type { ImportView } from '../../src/imports/import-view.js';
import { type Service, startService } from '../../src/main.js';
import { createLogger } from '../../src/observability/logger.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

export interface Surroundings {
  /** The address that browsers reach it by, where that is not its own. */
  publicUrl?: string;
  /** Hosts that stand in front of the sandboxes, and may be called. */
  fronts?: readonly string[];
}

/** A whole Isthmus with its workers, listening on a port, beside sandboxes of both vendors. */
export class Installation {
  /** An owner's. */
  readonly token: string;

  private constructor(
    readonly sandbox: Sandbox,
    readonly database: TestDatabase,
    readonly service: Service,
    token: string,
  ) {
    this.token = token;
  }

  static async start(size: SandboxOptions = {}, { publicUrl, fronts = [] }: Surroundings = {}): Promise<Installation> {
    const database = await createTestDatabase();
    const sandbox = await startSandbox({
      customers: 40,
      subscriptions: 160,
      seed: 11,
      switches: { marketplace: { throttle: null } },
      ...size,
    });
    const config = {
      ...readConfig({
        DATABASE_URL: database.url,
        ISTHMUS_SECRET_KEYS: `k1:${randomBytes(32).toString('base64')}`,
        ISTHMUS_EGRESS_ALLOW: [new URL(sandbox.url).host, ...fronts].join(','),
        PUBLIC_URL: publicUrl,
        HOME: '/nowhere',
      }),
      port: 0,
    };
    const service = await startService(config, { logger: createLogger({ level: 'silent' }), marketplaceCallsPerSecond: 1000 });
    const { token } = await new TokenStore(database.dataSource).create({ role: 'owner', psaInstanceId: null, name: 'End-to-end test' });
    return new Installation(sandbox, database, service, token);
  }

  get url(): string {
    return this.service.url;
  }

  /** Calls the API as the owner. @throws Error for an answer that is not good. */
  async api<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async addPsaInstance(name = 'Halo', fields: object = {}): Promise<string> {
    const { id } = await this.api<{ id: string }>('POST', '/psa-instances', {
      name,
      ...this.sandbox.credentials.psa,
      callsPer5Minutes: 1_000_000,
      ...fields,
    });
    return id;
  }

  async addTenant(psaInstanceId: string, fields: object = {}): Promise<string> {
    const body = { psaInstanceId, name: 'Ingram US', ...this.sandbox.credentials.marketplace, ...fields };
    return (await this.api<{ id: string }>('POST', '/tenants', body)).id;
  }

  /** Starts an import and waits for its end. */
  async import(tenantId: string, fields: object = {}): Promise<ImportView> {
    const entities = ['customers', 'subscriptions'];
    const { id } = await this.api<ImportView>('POST', `/tenants/${tenantId}/imports`, { entities, ...fields });
    return this.ended(id);
  }

  /** Waits for the end of an import. */
  async ended(id: string): Promise<ImportView> {
    for (;;) {
      const now = await this.api<ImportView>('GET', `/imports/${id}`);
      if (now.state !== 'queued' && now.state !== 'running') return now;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.sandbox.close();
    await this.database.close();
  }
}
