import { IsNull } from 'typeorm';
import { Link, type LinkOrigin, Mapping, SubscriptionRecord, type Tenant } from '../../entities/index.js';
import { askPsa } from '../psa-instances/psa-connection.js';
import type { Services } from '../services.js';
import { psaInstanceOf } from '../tenants/tenant-access.js';

/** Of licences that imports made. What a person adopted, or what went on from an ended line, may well be another one than is wanted. */
const MADE: readonly (LinkOrigin | null)[] = ['created', 'key'];

/** The link of a line that another licence is asked for, and whether the one that it has stands in the way. */
export interface CreatedBefore {
  link: Link;
  stands: boolean;
  /** It stands, and HaloPSA bills it. */
  active?: boolean;
}

/**
 * What a line is linked to when somebody asks for another licence for it. One that an import created, and that is alive at the client of the line's
 * customer, is what was asked for by who wants one created: whoever asks again, or from a page that was opened before, would have a twin of it made. Who
 * adopts another one would leave it behind, billed and linked to nothing.
 */
export async function createdBefore(
  services: Services,
  tenant: Tenant,
  { subscriptionId, line }: { subscriptionId: string; line: string },
): Promise<CreatedBefore | null> {
  const { manager } = services.dataSource;
  const link = await manager.findOneBy(Link, { tenantId: tenant.id, subscriptionId, line, archivedAt: IsNull() });
  if (!link) return null;
  const { licenceId, origin } = link;
  if (licenceId === null || !MADE.includes(origin)) return { link, stands: false };
  const instance = await psaInstanceOf(manager, tenant.psaInstanceId);
  const licence = await askPsa(services, instance, (psa) => psa.licence(licenceId));
  if (!licence || licence.deleted) return { link, stands: false };
  const { customerId } = await manager.findOneByOrFail(SubscriptionRecord, { tenantId: tenant.id, subscriptionId });
  const mapping = await manager.findOneBy(Mapping, { tenantId: tenant.id, customerId, state: 'mapped', archivedAt: IsNull() });
  const stands = mapping === null || mapping.clientId === licence.clientId;
  return { link, stands, active: stands && licence.is_active !== false };
}
