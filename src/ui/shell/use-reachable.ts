import { useMay } from '../session/session.js';
import type { Place } from './places.js';

/** Those places that the session gets something from. */
export function useReachable(places: readonly Place[]): Place[] {
  const roles = { viewer: useMay('viewer'), operator: useMay('operator'), admin: useMay('admin'), owner: useMay('owner') };
  const secrets = useMay('viewer', 'secrets');
  return places.filter((place) => roles[place.least] && (place.secrets === undefined || secrets));
}
