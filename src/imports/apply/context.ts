import type { DataSource } from 'typeorm';
import type { Clocks, Held } from '../heartbeat.js';
import type { PlanStore } from '../store/plan-store.js';
import type { Psa } from '../vendors.js';

/** How long a write that ended unclearly may still be on its way inside the PSA, in milliseconds, before a look says what became of it. */
export const SETTLE_MS = 20_000;

/** What applying a plan works with. */
export interface ApplyContext {
  dataSource: DataSource;
  psa: Psa;
  store: PlanStore;
  tenantId: string;
  psaInstanceId: string;
  /** The most records that one write may hold. */
  recordsPerCall: number;
  /** How many licences the PSA held when it was looked at: what a look at all of them costs. */
  licencesThere: number;
  /** Counts changes as they end; throws when the import is to stop. */
  advance(ended: number): Promise<void>;
  /** Waits so many milliseconds; throws when the import is to stop. */
  wait(ms: number): Promise<void>;
  /** Lets writes to the PSA go out only while this holds as well, until the function it gives is called. */
  writesNeed(held: Held): () => void;
  clocks?: Clocks;
  /** What the PSA instance is known to do with keys; null when that was never tried. */
  keys: Record<'client' | 'licence', boolean | null>;
  rememberKeys(of: 'client' | 'licence', kept: boolean): Promise<void>;
}
