import type { Role } from '../session/session.js';

/** A place in the navigation. */
export interface Place {
  label: string;
  to: string;
  /** The least role that gets anything from it. */
  least: Role;
  /** Whether it is about secrets and rights, which sessions from Halo's tab never touch. */
  secrets?: true;
}

/** What everybody works with, in the order of the work. */
export const PLACES: readonly Place[] = [
  { label: 'Home', to: '/', least: 'viewer' },
  { label: 'Tenants', to: '/tenants', least: 'viewer' },
  { label: 'Subscriptions', to: '/subscriptions', least: 'viewer' },
  { label: 'Imports', to: '/imports', least: 'viewer' },
  { label: 'Words', to: '/words', least: 'viewer' },
];

/** What administrators see besides. */
export const ADMIN_PLACES: readonly Place[] = [
  { label: 'PSA instances', to: '/psa-instances', least: 'admin' },
  { label: 'Agents', to: '/agents', least: 'admin', secrets: true },
  { label: 'API tokens', to: '/tokens', least: 'admin', secrets: true },
  { label: 'Sessions', to: '/sessions', least: 'admin', secrets: true },
  { label: 'Audit', to: '/audit', least: 'admin' },
];
