import type { DataSource } from 'typeorm';
import type { PsaInstance, Tenant } from '../../entities/index.js';
import type { Heartbeat, HeartbeatOptions } from './heartbeat.js';
import type { Claimed, ImportHold } from './store/import-row.js';
import type { PlanStore } from './store/plan-store.js';
import type { Marketplace, Psa, PsaForm } from './vendors.js';

/** The two vendors as one tenant reaches them. */
export interface Vendors {
  marketplace: Marketplace;
  psa: Psa;
  form: PsaForm;
  /** Closes idle connections. */
  close(): void;
}

/** What the client of a PSA asks right before each turn it takes and each write it sends, repeats too. What it throws ends the call, unsent. */
export interface WritesGuard {
  /** Before a turn in the budget that all processes share, for a read as well. */
  beforeTurn(): Promise<void>;
  beforeWrite(): Promise<void>;
}

/** For what the vendors are opened. */
export interface Connecting {
  writes?: WritesGuard;
  /** Nobody waits for it: its calls stand back behind those of people. */
  scheduled?: boolean;
}

export interface ImportDeps {
  dataSource: DataSource;
  /** Opens the clients of a tenant, secrets and all. Called once for each attempt. */
  connect(tenant: Tenant, psaInstance: PsaInstance, signal: AbortSignal, how?: Connecting): Promise<Vendors>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Waits, unless the signal says to stop. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  logger: Record<'info' | 'warn' | 'error', (data: object, message: string) => void>;
  /** How often an attempt looks whether it is to stop, in milliseconds. Default 2000. */
  watchMs?: number;
  heartbeat?: Omit<HeartbeatOptions, 'watchMs'>;
}

/** The import is not over: another attempt may begin after so many seconds. */
export interface Again {
  inSeconds: number;
}

/** One attempt of an import, under way. */
export interface Attempt {
  deps: ImportDeps;
  run: Claimed;
  hold: ImportHold;
  store: PlanStore;
  /** Stops all that is under way, its reason being why. */
  stop: AbortController;
  heartbeat: Heartbeat;
  /** Aborted by `stop`, or from outside. */
  signal: AbortSignal;
  /** Calls of the attempts before this one. */
  calls: { marketplace: number; psa: number };
  vendors?: Vendors;
  /** Whether vendors refused the tenant's credentials the last time. */
  refused?: boolean;
  /** To be ended with the attempt. */
  reporting?: { end(): void };
  remarks: string[];
  /** Changes planned, and how many of them have ended. */
  planned: number;
  ended: number;
}

/** Calls of the import so far. */
export function spent({ calls, vendors }: Attempt): { marketplace: number; psa: number } {
  return { marketplace: calls.marketplace + (vendors?.marketplace.calls.made ?? 0), psa: calls.psa + (vendors?.psa.calls.made ?? 0) };
}
