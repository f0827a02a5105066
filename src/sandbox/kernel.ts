import type { CallLog } from './calls.js';
import type { SandboxClock } from './clock.js';
import type { CallWatch } from './contract.js';
import type { FaultRules } from './faults.js';

/** What both sandboxes and the control routes share. */
export interface Kernel {
  clock: SandboxClock;
  calls: CallLog;
  faults: FaultRules;
  /** Set by a test that acts at a certain call; taken away by a reset. */
  watch?: CallWatch;
}
