import { In, IsNull } from 'typeorm';
import { CustomerRecord, Mapping } from '../../entities/index.js';
import type { Caller } from '../auth/caller.js';
import { Conflict, HttpProblem, Invalid, Unprocessable } from '../http/problem.js';
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
  { customerIds, suggested, suggestions, ...said }: SetSeveralMappings,
): Promise<SeveralMappings> {
  if (CHOICES.filter((choice) => ({ suggested, ...said })[choice] !== undefined).length !== 1)
    throw new Invalid([{ pointer: '', message: 'Give exactly one of clientId, suggested, ignored and createClient.' }]);
  if (suggestions && !suggested) throw new Invalid([{ pointer: '/suggestions', message: 'suggestions goes with suggested only.' }]);
  const { manager } = services.dataSource;
  await visibleTenant(manager, caller, tenantId);
  const standing = suggested ? await manager.findBy(Mapping, { tenantId, customerId: In(customerIds), archivedAt: IsNull() }) : [];
  const seen = suggestions && new Map(suggestions.map(({ customerId, clientId }) => [customerId, clientId]));
  const known = new Set(
    (await manager.findBy(CustomerRecord, { tenantId, customerId: In(customerIds) })).map((record) => record.customerId),
  );
  const service = new MappingsService(services);
  const answer: SeveralMappings = { mappings: [], refused: [] };
  for (const customerId of customerIds) {
    try {
      // One alone is asked for in the marketplace; so many are not.
      if (!known.has(customerId)) throw new Unprocessable(`No look of this tenant has shown customer ${customerId}.`);
      const wanted = suggested ? { ...said, clientId: suggestionFor(customerId, standing, seen) } : said;
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

/** The client that is suggested for a customer, and was seen to be, where it is said what was seen. Accepting it twice is no other word. */
function suggestionFor(customerId: string, standing: readonly Mapping[], seen: ReadonlyMap<string, string> | undefined): string {
  const { state, clientId } = standing.find((mapping) => mapping.customerId === customerId) ?? {};
  const offered = state === 'suggested' || (seen !== undefined && state === 'mapped') ? clientId : undefined;
  const meant = seen ? seen.get(customerId) : offered;
  if (!meant) throw new Unprocessable(`No single client is suggested for customer ${customerId}. Choose one for it.`);
  if (meant !== offered)
    throw new Conflict(`Client ${meant} is not what is suggested for customer ${customerId} any more. Look at it again.`);
  return meant;
}
