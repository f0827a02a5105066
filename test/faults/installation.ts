import type { DataSource } from 'typeorm';
import { Import, Link, Mapping } from '../../entities/index.js';
import { TokenStore } from '../../src/auth/token-store.js';
import type { Sandbox } from '../../src/sandbox/index.js';
import { createTestDatabase } from '../support/database.js';
import { Service } from './service.js';
import { until } from './until.js';

export type Role = 'all' | 'web' | 'worker';

export interface Answer<T> {
  status: number;
  body: T;
}

/** A database as the tests reach it, and its address as the processes reach it. */
export interface Place {
  url: string;
  dataSource: DataSource;
  close(): Promise<void>;
}

/** What seals secrets. */
export const KEYS = `k1:${Buffer.alloc(32, 5).toString('base64')}`;
const UNDER_WAY = ['queued', 'running'];

/** One Isthmus: a database, processes on it, and, once connected, a PSA instance and a tenant on a sandbox. */
export class Installation {
  tenantId = '';
  psaInstanceId = '';
  private readonly services: Service[] = [];

  private constructor(
    readonly sandbox: Sandbox,
    private readonly place: Place,
    private readonly token: string,
  ) {}

  static async on(sandbox: Sandbox, place?: Place): Promise<Installation> {
    const database = place ?? (await createTestDatabase());
    const { token } = await new TokenStore(database.dataSource).create({ role: 'owner', psaInstanceId: null, name: 'faults' });
    return new Installation(sandbox, database, token);
  }

  get dataSource(): DataSource {
    return this.place.dataSource;
  }

  get env(): Record<string, string> {
    return { DATABASE_URL: this.place.url, ISTHMUS_SECRET_KEYS: KEYS };
  }

  async start(role: Role, env: Record<string, string> = {}): Promise<Service> {
    const service = await Service.start({ ...this.env, ISTHMUS_ROLE: role, ...env });
    this.services.push(service);
    return service;
  }

  /** Adds the PSA instance and a tenant through the API. */
  async connect(via: Service): Promise<void> {
    const { psa } = this.sandbox.credentials;
    this.psaInstanceId = await this.made(via, '/psa-instances', { name: 'Halo', ...psa, callsPer5Minutes: 1_000_000 });
    this.tenantId = await this.addTenant(via);
  }

  /** Adds a tenant, not verified, so that it costs no calls. */
  addTenant(via: Service, fields: object = {}): Promise<string> {
    const { marketplace } = this.sandbox.credentials;
    return this.made(via, '/tenants?unverified=true', { psaInstanceId: this.psaInstanceId, name: 'Reseller', ...marketplace, ...fields });
  }

  async api<T = Record<string, unknown>>(via: Service, method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const answer = await fetch(`${via.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as T };
  }

  private async made(via: Service, path: string, body: object): Promise<string> {
    const answer = await this.api<{ id: string }>(via, 'POST', path, body);
    if (answer.status !== 201) throw new Error(`POST ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  }

  /** Asks for an import of everything. */
  async startImport(via: Service): Promise<string> {
    const answer = await this.api<{ id: string }>(via, 'POST', `/tenants/${this.tenantId}/imports`, {
      entities: ['customers', 'subscriptions'],
    });
    if (answer.status !== 202) throw new Error(`The import was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  }

  /** Lets the integrator look after all tenants, as once they were verified; its time of day is not now. */
  async letIntegrate(settings: object): Promise<void> {
    const later = new Date(Date.now() + 6 * 3_600_000).toISOString().slice(11, 16);
    const integrator = { enabled: true, at: later, timeZone: 'UTC', since: new Date().toISOString(), ...settings };
    await this.dataSource.query(`UPDATE tenants SET verified_at = now(), status = 'ok', integrator = integrator || $1::jsonb`, [
      integrator,
    ]);
  }

  row(importId: string): Promise<Import> {
    return this.dataSource.getRepository(Import).findOneByOrFail({ id: importId });
  }

  /** Waits for an import's end. */
  async over(importId: string, deadlineMs = 60_000): Promise<Import> {
    return until(
      `the end of import ${importId}`,
      () => this.row(importId).then((row) => !UNDER_WAY.includes(row.state) && row),
      deadlineMs,
    );
  }

  links(): Promise<Link[]> {
    return this.dataSource.getRepository(Link).find();
  }

  mappings(): Promise<Mapping[]> {
    return this.dataSource.getRepository(Mapping).find();
  }

  /**
   * What ten minutes do to an import whose worker is silent: its heartbeat grows old, waits are over, what was sent cannot arrive any
   * more, and Postgres ends a session that holds the lock on creating clients and says nothing. Its workers sweep as they start.
   */
  async letTimePass(importId: string): Promise<void> {
    const ago = `interval '10 minutes'`;
    await this.dataSource.query(
      `UPDATE imports SET heartbeat_at = heartbeat_at - ${ago}, not_before = not_before - ${ago} WHERE id = $1 AND state IN ('queued', 'running')`,
      [importId],
    );
    await this.dataSource.query(`UPDATE changes SET sent_at = sent_at - ${ago} WHERE import_id = $1 AND state = 'sent'`, [importId]);
    await this.dataSource.query(
      `UPDATE pgboss.job SET heartbeat_on = heartbeat_on - ${ago}, started_on = started_on - ${ago}, start_after = start_after - ${ago}
       WHERE data->>'importId' = $1::text AND state IN ('created', 'retry', 'active')`,
      [importId],
    );
    await this.dataSource.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle%'
       AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid())`,
    );
  }

  /** Kills every process, and drops the database. */
  async close(): Promise<void> {
    await Promise.all(this.services.map((service) => service.kill()));
    await this.place.close();
  }
}
