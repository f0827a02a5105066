import type { MarketplaceSwitches, PsaSwitches } from '../../src/sandbox/index.js';
import type { Scene } from './stage.js';

/** What an import does in a position: as with the defaults; or it fails before its first write, saying who must act. */
export interface Case {
  name: string;
  scene: Scene;
  fails?: { actor: 'configuration' | 'vendor' | 'isthmus'; code: string };
  /** What is different in the licences that the PSA stores. */
  stored?(fields: Record<string, unknown>): Record<string, unknown>;
  /** Fields that are asked for and not shown: named as not sticking at the next import. */
  doesNotStick?: boolean;
  /** Customers of whom Halo shows no sign although it has one: they get a client of their own. */
  blind?: 'inactive';
}

const SCOPES = ['read:customers', 'edit:customers', 'read:softwarelicensing', 'edit:softwarelicensing'];

const marketplace = (switches: Partial<MarketplaceSwitches>, more: Partial<Case> = {}): Case => ({
  name: JSON.stringify(switches),
  scene: { marketplace: switches },
  ...more,
});
const psa = (switches: Partial<PsaSwitches>, more: Partial<Case> = {}): Case => ({
  name: JSON.stringify(switches),
  scene: { psa: switches },
  ...more,
});
const refusedRead = { fails: { actor: 'configuration', code: 'psa_permission' } } as const;
const noWholeList = { fails: { actor: 'vendor', code: 'marketplace_look_incomplete' } } as const;

/** The first one stands for the default position of every switch. */
export const MARKETPLACE: Case[] = [
  { name: '(all as at first)', scene: {} },
  marketplace({ unauthorizedStatus: 401, tokenLifeSeconds: 1 }),
  marketplace({ unauthorizedStatus: 403, tokenLifeSeconds: 1 }),
  marketplace({ unknownMarketplaceStatus: 404 }),
  marketplace({ overLimit: 'clamp', maxLimit: 7 }),
  marketplace({ overLimit: 'refuse', maxLimit: 100 }),
  marketplace({ overLimit: 'refuse', maxLimit: 50 }, { fails: { actor: 'isthmus', code: 'marketplace_refused' } }),
  marketplace({ unknownId: '400-no-entity' }),
  marketplace({ shortCustomerRows: false }),
  marketplace({ oldListRows: true }),
  marketplace({ pagination: 'absent' }, noWholeList),
  marketplace({ orderDates: 'space' }),
  marketplace({ errorShape: 'spring', unknownId: '400-no-entity' }),
  marketplace({ retryAfter: false, throttle: { calls: 9, windowSeconds: 10 } }),
  marketplace({ retryAfter: true, throttle: { calls: 9, windowSeconds: 10 } }),
  marketplace({ throttleScope: 'details', throttle: { calls: 9, windowSeconds: 10 } }),
  marketplace({ shiftPages: { kind: 'insert', times: 1 }, maxLimit: 10 }),
  marketplace({ shiftPages: { kind: 'move', times: 1 }, maxLimit: 10 }),
  marketplace({ shiftPages: { kind: 'move', times: 0 }, maxLimit: 10 }, noWholeList),
  marketplace({ duplicateRows: true }, noWholeList),
  marketplace({ costsVisible: false }, { stored: (fields) => ({ ...fields, purchase_price: 0 }) }),
  marketplace({ vendorSubscriptionIds: false }),
  marketplace({ emptyArrays: 'omitted' }),
  marketplace({ correlationHeader: false }),
];

export const PSA: Case[] = [
  psa({ createStatus: 200 }),
  psa({ arrayAnswer: 'last' }),
  psa({ arrayAnswer: 'all' }),
  psa({ arrayAtomic: true }),
  psa({ arraysAccepted: false }),
  psa({ arraysAccepted: false, businessStatus: 500 }),
  psa({ nullOnUpdate: 'clears' }),
  psa({ licenceNeeds: ['name', 'client_id', 'site_id'] }),
  psa({ licenceNeeds: ['name', 'supplier_id'] }, { fails: { actor: 'configuration', code: 'psa_refuses_creates' } }),
  psa({ mainSiteInLists: true }),
  psa({ siteAddress: 'object' }),
  psa({ siteAddress: 'absent' }),
  psa({ extraListFields: true }),
  psa({ pageCaps: { client: 3, site: 3, licence: 3, ticket: 3, other: 3 } }),
  psa({ pagingIgnored: 'everything' }),
  psa(
    { pagingIgnored: 'first-rows', pageCaps: { client: 10, site: 10, licence: 2, ticket: 10, other: 10 } },
    { fails: { actor: 'vendor', code: 'psa_look_incomplete' } },
  ),
  psa({ recordCount: 'total' }),
  psa({ recordCount: 'absent' }),
  psa({ orderParameter: 'refused' }),
  psa({ orderParameter: 'refused', businessStatus: 400, errorShape: 6 }),
  psa({ unstableOrder: true }),
  psa(
    { unstableOrder: true, orderParameter: 'refused', pageCaps: { client: 10, site: 10, licence: 10, ticket: 10, other: 10 } },
    { fails: { actor: 'vendor', code: 'psa_look_incomplete' } },
  ),
  psa({ inactiveHidden: 'never' }),
  psa({ inactiveHidden: 'always' }, { blind: 'inactive' }),
  psa({ deletedInLists: false }),
  psa({ topLevelEnvelope: 'array' }),
  psa({ externalLinkEnvelope: 'array' }),
  psa({ unknownIdUpdate: '400' }),
  psa({ unknownIdUpdate: 'insert' }),
  psa({ unknownIdGet: 'empty-object' }),
  psa({ unknownIdGet: 'id-zero' }),
  psa({ deletedById: '200' }),
  psa({ emptyDate: '1901' }),
  psa({ emptyDate: '0001' }),
  psa({ emptyDate: 'null' }),
  psa({ dateSuffixZ: true }),
  psa({ overlong: 'truncate' }),
  psa(
    { priceDecimals: 2 },
    {
      doesNotStick: true,
      stored: (fields) => ({
        ...fields,
        purchase_price: Number(Number(fields['purchase_price']).toFixed(2)),
        price: Number(Number(fields['price']).toFixed(2)),
      }),
    },
  ),
  psa({ priceDecimals: 6 }),
  psa({ dropsFields: ['autorenew'] }, { doesNotStick: true, stored: (fields) => ({ ...fields, autorenew: false }) }),
  psa(
    { dropsFields: ['tenant_id', 'tenant_name'] },
    { doesNotStick: true, stored: (fields) => ({ ...fields, tenant_id: '', tenant_name: '' }) },
  ),
  psa({ escapesHtml: true }),
  psa({ duplicateNames: 'refused' }),
  ...SCOPES.flatMap((missing) =>
    [401, 403].map((status) =>
      psa({ unauthorizedForMissingRight: status as 401, permissions: SCOPES.filter((scope) => scope !== missing) }, refusedRead),
    ),
  ),
  psa({ agentSaysDisabled: false }),
  psa({ agentRestricted: [1] }, { fails: { actor: 'configuration', code: 'psa_agent_restricted' } }),
  psa({ agentRestricted: [1_000_000] }, { fails: { actor: 'configuration', code: 'psa_shows_no_clients' } }),
  psa({ softwareLicensing: false, moduleOffStatus: 403 }, refusedRead),
  psa({ softwareLicensing: false, moduleOffStatus: 404 }, { fails: { actor: 'configuration', code: 'psa_not_found' } }),
  psa({ nativeIngram: true }),
  psa({ nativeCsp: true }),
  psa({ tokenLifeSeconds: 1 }),
  psa({ tenantParameter: 'checked' }),
  psa({ rateLimit: { calls: 20, windowSeconds: 30 }, retryAfter: false }),
  psa({ rateLimit: { calls: 20, windowSeconds: 30 }, retryAfter: true, tokenCallsCount: true }),
  ...([1, 2, 3, 4, 5, 6, 7, 'empty', 'problem-details'] as const).map((errorShape) => psa({ errorShape, arraysAccepted: false })),
  psa({ businessStatus: 500, errorShape: 1, arraysAccepted: false }),
  psa({ businessStatus: 500, errorShape: 7, arraysAccepted: false }),
  psa({ businessStatus: 500, errorShape: 'empty', arraysAccepted: false }),
  psa({ bindingShape: 'problem-details' }),
  psa({ warnings: true }),
];
