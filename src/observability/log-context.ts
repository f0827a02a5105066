import { AsyncLocalStorage } from 'node:async_hooks';

/** What every line of the log says while something is worked on: which request, import or tenant it is about. */
export interface LogFields {
  requestId?: string;
  importId?: string;
  tenantId?: string;
}

const current = new AsyncLocalStorage<LogFields>();

/** Adds fields to all that is logged by `work` and by what it calls, whoever's logger they use. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return current.run({ ...current.getStore(), ...fields }, work);
}

/** The fields of the work at hand. */
export function logFields(): LogFields {
  return current.getStore() ?? {};
}
