import type { AuditView } from '../api/generated.js';

const DONE: Record<string, string> = {
  create: 'Made',
  change: 'Changed',
  archive: 'Archived',
  remove: 'Removed',
  revoke: 'Revoked',
  generate: 'Generated',
  start: 'Started',
  cancel: 'Cancelled',
  approve: 'Approved',
  discard: 'Discarded',
  pause: 'Paused',
  resume: 'Resumed',
  grant: 'Gave a role to',
  sign_in: 'Signed in',
  sign_out: 'Signed out',
  end: 'Ended',
  reseal: 'Sealed anew',
};

const THINGS: Record<string, string> = {
  psa_instance: 'PSA instance',
  tenant: 'Tenant',
  mapping: 'Mapping',
  link: 'Link',
  import: 'Import',
  token: 'API token',
  session: 'Session',
  sign_in_link: 'Sign-in link',
  agent: 'Agent',
  webhook_delivery: 'Webhook delivery',
  secrets: 'Secrets',
};

const options = (words: Record<string, string>) => Object.entries(words).map(([value, label]) => ({ value, label }));

/** For filters. */
export const ACTIONS = options(DONE);
export const ENTITIES = options(THINGS);

/** What was done, and to what kind of thing. */
export function actionText({ action }: Pick<AuditView, 'action'>): string {
  return DONE[action] ?? action;
}

export function entityText({ entity }: Pick<AuditView, 'entity'>): string {
  return THINGS[entity] ?? entity;
}

/** One fact that differs, as text. */
export interface Difference {
  name: string;
  before: string;
  after: string;
}

/** What a line says that differed, name by name. */
export function differencesOf({ before, after }: Pick<AuditView, 'before' | 'after'>): Difference[] {
  const [was, is] = [(before ?? {}) as Record<string, unknown>, (after ?? {}) as Record<string, unknown>];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names.map((name) => ({ name, before: text(was[name]), after: text(is[name]) }));
}

function text(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
