import { In, IsNull } from 'typeorm';
import { CustomerRecord, Mapping } from '../../entities/index.js';
import type { Caller } from '../auth/caller.js';
import { HttpProblem, Invalid, Unprocessable } from '../http/problem.js';
import type { Services } from '../services.js';
import { visibleTenant } from '../tenants/tenant-access.js';
import { type SetMapping, viewOfMapping } from './dto.js';
import { MappingsService } from './mappings-service.js';
import { refusedMapping, type SetSeveralMappings, type SeveralMappings } from './several-dto.js';

const CHOICES = ['clientId', 'suggested', 'ignored', 'createClient'] as const;

/** Says the same of several customers, each by itself: what cannot be done for one is told, and the others are done. */
export async function setSeveral(
  services: Services,
  caller: Caller,
  tenantId: string,
  { customerIds, suggested, ...said }: SetSeveralMappings,
): Promise<SeveralMappings> {
  if (CHOICES.filter((choice) => ({ suggested, ...said })[choice] !== undefined).length !== 1)
    throw new Invalid([{ pointer: '', message: 'Give exactly one of clientId, suggested, ignored and createClient.' }]);
  const { manager } = services.dataSource;
  await visibleTenant(manager, caller, tenantId);
  const offers = suggested
    ? await manager.findBy(Mapping, { tenantId, customerId: In(customerIds), state: 'suggested', archivedAt: IsNull() })
    : [];
  const known = new Set(
    (await manager.findBy(CustomerRecord, { tenantId, customerId: In(customerIds) })).map((record) => record.customerId),
  );
  const service = new MappingsService(services);
  const answer: SeveralMappings = { mappings: [], refused: [] };
  for (const customerId of customerIds) {
    try {
      // One alone is asked for in the marketplace; so many are not.
      if (!known.has(customerId)) throw new Unprocessable(`No look of this tenant has shown customer ${customerId}.`);
      const wanted = suggested ? { ...said, clientId: suggestionFor(customerId, offers) } : said;
      const { mapping } = await service.set(caller, tenantId, { customerId, ...wanted } as SetMapping);
      answer.mappings.push(viewOfMapping(mapping));
    } catch (error) {
      // Trouble with a vendor or the database would meet the others, too.
      if (!(error instanceof HttpProblem) || error.status >= 500) throw error;
      answer.refused.push(refusedMapping(customerId, error));
    }
  }
  return answer;
}

function suggestionFor(customerId: string, offers: readonly Mapping[]): string {
  const clientId = offers.find((offer) => offer.customerId === customerId)?.clientId;
  if (!clientId) throw new Unprocessable(`No single client is suggested for customer ${customerId}. Choose one for it.`);
  return clientId;
}
