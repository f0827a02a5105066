import type { PsaInstance } from '../../entities/index.js';
import { viewOfPsaInstance } from './psa-instance-view.js';

/** A PSA instance, as a record of the audit trail. */
export function namedPsaInstance({ id }: Pick<PsaInstance, 'id'>): { entity: 'psa_instance'; entityId: string; psaInstanceId: string } {
  return { entity: 'psa_instance', entityId: id, psaInstanceId: id };
}

/** What people set of a PSA instance, as the audit trail shows it: of secrets only when they were set. */
export function settingsOfPsaInstance(instance: PsaInstance): object {
  const { id: _id, createdAt: _createdAt, updatedAt: _updatedAt, ...settings } = viewOfPsaInstance(instance);
  return settings;
}
