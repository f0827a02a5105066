import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { Import } from '../../entities/index.js';
import { TokenStore } from '../../src/auth/token-store.js';
import { connect } from '../../src/database/connect.js';
import { migrate } from '../../src/database/migrate.js';
import type { SandboxCredentials } from '../../src/sandbox/index.js';
import { administer, onDatabaseNamed } from '../support/server.js';
import type { Usage } from './processes/answer.js';
import { Child } from './processes/child.js';

export const KEYS = `k1:${Buffer.alloc(32, 5).toString('base64')}`;
const LOOK_EVERY_MS = 100;
const LONGEST_IMPORT_MS = 20 * 60_000;

export interface ServiceOptions {
  /** Calls a second to the marketplace to begin with; without it, what the service does by itself. */
  perSecond?: number;
  /** How far its clock is ahead, in milliseconds. */
  aheadMs?: number;
  /** How many times as fast time passes for its budgets. */
  speed?: number;
}

export interface Answer<T> {
  status: number;
  body: T;
}

/** A process of the service. */
export class Service {
  constructor(
    readonly url: string,
    private readonly child: Child,
  ) {}

  usage(): Promise<Usage> {
    return this.child.ask('usage');
  }

  /** Has its clock go on by so many milliseconds at once. */
  letPass(ms: number): Promise<void> {
    return this.child.ask('letPass', ms);
  }

  stop(): Promise<void> {
    return this.child.stop();
  }
}

/** One Isthmus: a database of its own and the processes on it. */
export class Installation {
  private web?: Service;
  private readonly services: Service[] = [];

  private constructor(
    readonly databaseUrl: string,
    readonly dataSource: DataSource,
    private readonly token: string,
    private readonly options: { serverUrl: string; profile?: string },
  ) {}

  static async make(options: { serverUrl: string; profile?: string }): Promise<Installation> {
    const name = `isthmus_bench_${randomBytes(5).toString('hex')}`;
    await administer(options.serverUrl, `CREATE DATABASE ${name}`);
    const url = onDatabaseNamed(options.serverUrl, name);
    const dataSource = await connect(url, { attempts: 1 });
    await migrate(dataSource);
    const { token } = await new TokenStore(dataSource).create({ role: 'owner', psaInstanceId: null, name: 'bench' });
    return new Installation(url, dataSource, token, options);
  }

  async start(role: 'web' | 'worker', { perSecond, aheadMs, speed }: ServiceOptions = {}): Promise<Service> {
    const { profile } = this.options;
    const env = {
      DATABASE_URL: this.databaseUrl,
      ISTHMUS_SECRET_KEYS: KEYS,
      ISTHMUS_ROLE: role,
      ISTHMUS_EGRESS_ALLOW: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'warn',
      ...(perSecond === undefined ? {} : { BENCH_CALLS_PER_SECOND: String(perSecond) }),
      ...(aheadMs === undefined ? {} : { BENCH_AHEAD_MS: String(aheadMs) }),
      ...(speed === undefined ? {} : { BENCH_SPEED: String(speed) }),
    };
    const flags = ['--import', CLOCK, ...(profile === undefined || role !== 'worker' ? [] : ['--cpu-prof', '--cpu-prof-dir', profile])];
    const child = await Child.start('service', { env, flags });
    const service = new Service(await child.ask<string>('url'), child);
    this.services.push(service);
    return service;
  }

  /** Adds a PSA instance for each sandbox, and a tenant on it, not verified. Gives the tenants' ids. */
  async connect(sandboxes: readonly Pick<SandboxCredentials, 'psa' | 'marketplace'>[]): Promise<string[]> {
    const tenants: string[] = [];
    for (const [at, { psa, marketplace }] of sandboxes.entries()) {
      const name = `Sandbox ${at + 1}`;
      const psaInstanceId = await this.made('/psa-instances', { name, ...psa, callsPer5Minutes: 1_000_000 });
      tenants.push(await this.made('/tenants?unverified=true', { psaInstanceId, name, ...marketplace }));
    }
    return tenants;
  }

  /** Asks for an import of everything. Gives its id. */
  startImport(tenantId: string, fields: { preview?: boolean } = {}): Promise<string> {
    return this.made(`/tenants/${tenantId}/imports`, { entities: ['customers', 'subscriptions'], ...fields });
  }

  /** Waits for an import's end. Gives how long it was seen in each phase, too, in milliseconds. */
  async over(importId: string): Promise<{ row: Import; phases: Record<string, number> }> {
    const end = Date.now() + LONGEST_IMPORT_MS;
    const phases: Record<string, number> = {};
    for (let seenAt = Date.now(); ;) {
      const row = await this.dataSource.getRepository(Import).findOneByOrFail({ id: importId });
      const now = Date.now();
      phases[row.phase] = (phases[row.phase] ?? 0) + now - seenAt;
      seenAt = now;
      if (row.finishedAt) return { row, phases };
      if (Date.now() > end) throw new Error(`The import did not end within ${LONGEST_IMPORT_MS / 60_000} minutes (phase ${row.phase}).`);
      await pause(LOOK_EVERY_MS);
    }
  }

  /** Where the web process is, which the first call starts. */
  async address(): Promise<string> {
    this.web ??= await this.start('web');
    return this.web.url;
  }

  async api<T>(method: string, path: string, body?: object): Promise<Answer<T>> {
    const answer = await fetch(`${await this.address()}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as T };
  }

  /** Stops every process, and drops the database. */
  async close(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
    await this.dataSource.destroy();
    await administer(this.options.serverUrl, `DROP DATABASE ${new URL(this.databaseUrl).pathname.slice(1)} WITH (FORCE)`);
  }

  private async made(path: string, body: object): Promise<string> {
    const answer = await this.api<{ id: string }>('POST', path, body);
    if (answer.status !== 201 && answer.status !== 202)
      throw new Error(`POST ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  }
}

const CLOCK = new URL('./processes/clock-ahead.js', import.meta.url).href;
