import type { Import } from '../../entities/index.js';
import type { SandboxCredentials } from '../../src/sandbox/index.js';
import { Installation, type Service, type ServiceOptions } from './installation.js';
import type { Counts } from './processes/counts.js';
import { Child } from './processes/child.js';
import type { FloorWish } from './processes/floor.js';
import type { Usage } from './processes/answer.js';
import type { SandboxWish } from './processes/sandbox.js';

/** What all scenarios are given. */
export interface Bench {
  /** Of a Postgres on which databases may be made. */
  serverUrl: string;
  /** Smaller sizes, for a first idea. */
  quick: boolean;
  /** A folder for CPU profiles of the workers. */
  profile?: string;
  /** Says, on standard error, what goes on. */
  say(text: string): void;
}

/** An import that ended as it should, with what it called and took. */
export interface Ran {
  row: Import;
  counts: Counts;
  /** From being asked for to its end, in milliseconds. */
  ms: number;
}

/** Calls a second of a worker that nothing is to slow down. */
export const UNBOUND = 1_000_000;

/** Sandboxes in a process of their own and an Isthmus connected to them. */
export class Stage {
  private constructor(
    private readonly bench: Bench,
    readonly installation: Installation,
    private readonly sandbox: Child,
    readonly credentials: readonly SandboxCredentials[],
    readonly tenants: readonly string[],
  ) {}

  static async set(bench: Bench, wish: SandboxWish): Promise<Stage> {
    const sandbox = await Child.start('sandbox', { flags: ['--max-old-space-size=12288'] });
    try {
      const credentials = await sandbox.ask<SandboxCredentials[]>('start', wish);
      const { serverUrl, profile } = bench;
      const installation = await Installation.make({ serverUrl, ...(profile === undefined ? {} : { profile }) });
      const tenants = await installation.connect(credentials);
      return new Stage(bench, installation, sandbox, credentials, tenants);
    } catch (error) {
      await sandbox.stop();
      throw error;
    }
  }

  worker(options: ServiceOptions = { perSecond: UNBOUND }): Promise<Service> {
    return this.installation.start('worker', options);
  }

  /** Imports everything for the tenant. @throws when what the import left behind is wrong. */
  async import(what: string): Promise<Ran> {
    const [tenantId = ''] = this.tenants;
    await this.sandbox.ask('counts');
    const importId = await this.installation.startImport(tenantId);
    const { row, phases } = await this.installation.over(importId);
    const counts = await this.sandbox.ask<Counts>('counts');
    await this.check(importId);
    const ms = (row.finishedAt?.getTime() ?? 0) - row.createdAt.getTime();
    const split = Object.entries(phases).map(([phase, took]) => `${phase} ${(took / 1000).toFixed(1)}`);
    this.bench.say(`${what}: ${(ms / 1000).toFixed(1)} s (${split.join(', ')}), ${counts.marketplace.all} + ${counts.psa.all} calls`);
    return { row, counts, ms };
  }

  /** An import of everything that must change nothing in the PSA. */
  async unchanged(what: string): Promise<Ran> {
    const before = await this.sandbox.ask<string>('holds');
    const ran = await this.import(what);
    if ((await this.sandbox.ask<string>('holds')) !== before)
      throw new Error('Nothing had changed, and yet the PSA holds something else afterwards.');
    return ran;
  }

  /** @throws naming what is wrong after an import into the sandbox at this place. */
  async check(importId: string, at = 0): Promise<void> {
    const { databaseUrl } = this.installation;
    const faults = await this.sandbox.ask<string[]>('faults', { databaseUrl, tenantId: this.tenants[at], importId, at });
    if (faults.length > 0) throw new Error(`The end state is wrong. ${faults.join(' ')}`);
  }

  counts(): Promise<Counts> {
    return this.sandbox.ask('counts');
  }

  /** Lets this much of the sandboxes' time pass. Workers that are to know of it are started with `aheadMs`. */
  advance(ms: number): Promise<void> {
    return this.sandbox.ask('advance', ms);
  }

  /** Lets the sandboxes' time pass so many times as fast from now on. Workers that are to keep up are started with `speed`. */
  hurry(times: number): Promise<void> {
    return this.sandbox.ask('hurry', times);
  }

  /** How many calls the marketplace lets pass from now on. */
  throttle(throttle: { calls: number; windowSeconds: number } | null): Promise<void> {
    return this.sandbox.ask('throttle', throttle);
  }

  /** The sandboxes begin again as they were at first. */
  async reset(): Promise<void> {
    await this.sandbox.ask('reset');
  }

  /** What the simplest program needs for the same job, in a process of its own. */
  async floor(job: FloorWish['job'], details?: number): Promise<{ ms: number; counts: Counts; usage: Usage }> {
    const [credentials] = this.credentials;
    const { databaseUrl } = this.installation;
    const child = await Child.start('floor');
    try {
      await this.sandbox.ask('counts');
      const { ms } = await child.ask<{ ms: number }>('run', { credentials, databaseUrl, job, details });
      const [counts, usage] = [await this.counts(), await child.ask<Usage>('usage')];
      this.bench.say(`floor, ${job}: ${(ms / 1000).toFixed(1)} s, ${counts.marketplace.all} + ${counts.psa.all} calls`);
      return { ms, counts, usage };
    } finally {
      await child.stop();
    }
  }

  async close(): Promise<void> {
    await this.installation.close();
    await this.sandbox.stop();
  }
}
