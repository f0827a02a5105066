import { In, IsNull, type EntityManager } from 'typeorm';
import { type Import, Link, Mapping, type Skip, type SkipReason } from '../../entities/index.js';
import type { CustomerNames } from './names.js';

/** What somebody, or a later import, decided about a skip: its customer is mapped or ignored now, its line is linked or to be created. */
export type Decision = 'mapped' | 'ignored' | 'linked' | 'create_anyway';
export const DECISIONS: readonly Decision[] = ['mapped', 'ignored', 'linked', 'create_anyway'];

/** Reasons that a mapping puts right. */
const ABOUT_CUSTOMERS: ReadonlySet<SkipReason> = new Set<SkipReason>([
  'unmapped_customer',
  'suggested_customer',
  'ambiguous_customer',
  'broken_mapping',
  'ignored',
]);
/** Reasons that a link puts right. */
const ABOUT_LINES: ReadonlySet<SkipReason> = new Set<SkipReason>(['already_in_psa', 'successor', 'deleted_in_psa']);

/** What was decided since about some skips of an import, by the mappings and links that stand now. */
export async function decisions(
  manager: EntityManager,
  { tenantId }: Pick<Import, 'tenantId'>,
  skips: readonly Skip[],
  names: CustomerNames,
): Promise<(skip: Skip) => Decision | undefined> {
  const customerIds = skips.filter(({ reason }) => ABOUT_CUSTOMERS.has(reason)).flatMap((skip) => names.customerOf(skip) ?? []);
  const subscriptionIds = skips.filter(({ reason }) => ABOUT_LINES.has(reason)).map(({ marketplaceId }) => marketplaceId);
  const [mappings, links] = await Promise.all([
    manager.findBy(Mapping, { tenantId, customerId: In(customerIds), state: In(['mapped', 'ignored']), archivedAt: IsNull() }),
    manager.findBy(Link, { tenantId, subscriptionId: In(subscriptionIds), archivedAt: IsNull() }),
  ]);
  const stateOf = new Map(mappings.map(({ customerId, state }) => [customerId, state]));
  const linkOf = new Map(links.map((link) => [`${link.subscriptionId} ${link.line}`, link]));
  return (skip) => {
    const { reason, marketplaceId, line } = skip;
    if (ABOUT_CUSTOMERS.has(reason)) return ofMapping(reason, stateOf.get(names.customerOf(skip) ?? ''));
    return ABOUT_LINES.has(reason) ? ofLink(skip, linkOf.get(`${marketplaceId} ${line ?? ''}`)) : undefined;
  };
}

function ofMapping(reason: SkipReason, state: Mapping['state'] | undefined): Decision | undefined {
  if (state === 'mapped') return 'mapped';
  return state === 'ignored' && reason !== 'ignored' ? 'ignored' : undefined;
}

function ofLink({ reason, psaId }: Skip, link: Link | undefined): Decision | undefined {
  if (link === undefined) return undefined;
  if (link.licenceId === null) return link.createAnyway ? 'create_anyway' : undefined;
  // The link to what was deleted is what was found, and no decision.
  return reason === 'deleted_in_psa' && link.licenceId === psaId ? undefined : 'linked';
}
