import type { DataSource } from 'typeorm';
import type { PlanStore } from '../store/plan-store.js';
import type { Psa } from '../vendors.js';

/** What applying a plan works with. */
export interface ApplyContext {
  dataSource: DataSource;
  psa: Psa;
  store: PlanStore;
  tenantId: string;
  psaInstanceId: string;
  /** Counts changes as they end; throws when the import is to stop. */
  advance(ended: number): Promise<void>;
  /** Lets what may still be on its way to the PSA arrive. */
  wait(): Promise<void>;
  /** What the PSA instance is known to do with keys; null when that was never tried. */
  keys: Record<'client' | 'licence', boolean | null>;
  rememberKeys(of: 'client' | 'licence', kept: boolean): Promise<void>;
}
