import type { Mapping, Tenant } from '../../entities/index.js';
import type { LinkedLicences } from './dto.js';

/** A mapping, as a record of the audit trail. */
export function namedMapping(
  mapping: Pick<Mapping, 'id'>,
  { psaInstanceId }: Pick<Tenant, 'psaInstanceId'>,
): { entity: 'mapping'; entityId: string; psaInstanceId: string } {
  return { entity: 'mapping', entityId: mapping.id, psaInstanceId };
}

/** What a mapping says, as the audit trail shows it. */
export function factsOfMapping({ tenantId, customerId, state, clientId, clientName, origin, note }: Mapping): object {
  return { tenantId, customerId, state, clientId, clientName, origin, note };
}

/** What was said to become of linked licences, where it was said. */
export function saidOfLicences(licences: LinkedLicences | undefined): { licences?: LinkedLicences } {
  return licences === undefined ? {} : { licences };
}
