import type { Role } from './session.js';

/** The roles that can be given. Owners are made by the command line alone. */
export type GivenRole = Exclude<Role, 'owner'>;

export const ROLES: { value: GivenRole; label: string }[] = [
  { value: 'viewer', label: 'Viewer: looks, changes nothing' },
  { value: 'operator', label: 'Operator: maps, imports, approves' },
  { value: 'admin', label: 'Administrator: settings, too' },
];
