/**
 * The facts about Halo that nobody has written down, each as a switch. The defaults are the likeliest positions; an integration has
 * to end right, or fail before its first write, in every one of them.
 */
export interface PsaSwitches {
  /** Status of a POST that created something. Updates answer 200. */
  createStatus: 200 | 201;
  /** What a POST of several elements answers: the last one, all, or all only with `returnall=true`. One element is always one object, but for `returnall=true`. */
  arrayAnswer: 'last' | 'all' | 'all-when-asked';
  /** Whether nothing of an array is kept when one element fails; else those before the failing one are. */
  arrayAtomic: boolean;
  /** When false, a POST of more than one element is a 400. */
  arraysAccepted: boolean;
  /** Whether an explicit `null` in an update leaves the field as it is (as a deserialiser that cannot tell it from a missing one) or empties it. */
  nullOnUpdate: 'ignored' | 'clears';
  /** Fields a new licence is refused without. */
  licenceNeeds: string[];

  /** When false, `snowid` is accepted and forgotten. */
  keepsSnowid: boolean;
  /** When false, `snowid` is shown by id alone. */
  snowidInLists: boolean;
  /** When false, a client's `ref` is accepted and forgotten. */
  keepsClientRef: boolean;
  /** When false, `ref` is shown by id alone. */
  refInLists: boolean;
  /** Whether rows of the client list carry `main_site_id` and `main_site_name`. Rows seen in production always lacked them. */
  mainSiteInLists: boolean;
  /** How rows of the site list show the delivery address: as an object if `includeaddress=true`, as `delivery_address_line1` to `5`, or not at all. */
  siteAddress: 'object' | 'flat' | 'absent';
  /** Whether client rows carry a base64 `logo`, some kilobytes each. */
  extraListFields: boolean;

  /** Largest page, and largest unpaged list, of each resource; what is asked above it is lowered silently. */
  pageCaps: PageCaps;
  /** False when paging works; else each page is everything there is, or the same first rows again. */
  pagingIgnored: false | 'everything' | 'first-rows';
  /** `zero-past-end`: as if counted by the rows of the page, so 0 on a page past the end. */
  recordCount: 'total' | 'zero-past-end' | 'absent';
  /** `refused`: a list with `order` is a 400. */
  orderParameter: 'accepted' | 'refused';
  /** When true, lists without an order come in another order at each call. */
  unstableOrder: boolean;
  /** Whether inactive rows are left out of lists. */
  inactiveHidden: 'unless-asked' | 'always' | 'never';
  /** Whether deleted licences are listed with the inactive ones. */
  deletedInLists: boolean;
  topLevelEnvelope: 'array' | 'trees';
  externalLinkEnvelope: 'array' | 'links' | 'external_links' | 'externallinks';

  /** What an update of an id that is not there does. */
  unknownIdUpdate: '404' | '400' | 'insert';
  /** What a GET of an id that is not there answers: 404, or 200 with `{}` or with an empty record of id 0. */
  unknownIdGet: '404' | 'empty-object' | 'id-zero';
  /** What a GET of a deleted licence answers; with 200, the record with `deleted: true`. */
  deletedById: '404' | '200';

  /** How an empty date is shown. Dates that were written, 1901 ones too, come back as written. */
  emptyDate: '1900' | '1901' | '0001' | 'null';
  /** Whether dates end in `Z`. They are UTC either way. */
  dateSuffixZ: boolean;
  /** Texts longer than their column: a 500, or cut. */
  overlong: 'error' | 'truncate';
  /** Decimal places that prices are rounded to when stored. */
  priceDecimals: number | null;
  /** Further licence, client or site fields that are accepted and forgotten, `autorenew` say. */
  dropsFields: string[];
  /** Whether names come back with HTML entities. */
  escapesHtml: boolean;
  duplicateNames: 'allowed' | 'refused';

  /** Status, with an empty body, for a good token without the scope or the agent without the right. */
  unauthorizedForMissingRight: 401 | 403;
  /** Scopes of the API application, see `SCOPES`. */
  permissions: readonly string[];
  /** Whether an agent that is asked for by id says if it is disabled. */
  agentSaysDisabled: boolean;
  /** Ids of the only clients that the application's agent may see; null when it may see all. */
  agentRestricted: readonly number[] | null;
  /** Whether the software licensing module is on. */
  softwareLicensing: boolean;
  /** Status of `/SoftwareLicence` while it is off. */
  moduleOffStatus: 403 | 404;
  /** Whether Halo's own Ingram Micro module is on, as `/Features` shows. */
  nativeIngram: boolean;
  /** Whether Halo's own Microsoft CSP module is on, as `/Features` shows. */
  nativeCsp: boolean;
  tokenLifeSeconds: number;
  /** `checked`: a token is refused (500, as an unknown tenant) unless `tenant` is the right one. */
  tenantParameter: 'ignored' | 'checked';

  /** Calls allowed in a rolling window; null for none, as on self-hosted instances. */
  rateLimit: { calls: number; windowSeconds: number } | null;
  /** Whether calls for tokens count. */
  tokenCallsCount: boolean;
  /** Whether a 429 says `Retry-After`. */
  retryAfter: boolean;

  /** The body of a refusal on business grounds, see `refusals.ts`. */
  errorShape: ErrorShape;
  /** The status of such a refusal. */
  businessStatus: 400 | 500;
  /** The body of a 400 about JSON types: keyed by path, or the same inside ProblemDetails. */
  bindingShape: 'keys' | 'problem-details';
  /** Whether every record written comes back with a text in `_warning`. */
  warnings: boolean;
}

/**
 * 1 a serialized .NET exception, 2 `{Message}`, 3 `{resultCode, errorMessage}`, 4 `{error, error_description}`, 5 a bare JSON string,
 * 6 an object keyed by path, 7 HTML; or nothing at all, or ASP.NET ProblemDetails.
 */
export type ErrorShape = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 'empty' | 'problem-details';

export interface PageCaps {
  client: number;
  site: number;
  licence: number;
  ticket: number;
  /** Every other resource. */
  other: number;
}

/** The scopes the sandbox knows to check: those of the resources it has. */
export const SCOPES: readonly string[] = [
  'admin',
  ...['customers', 'softwarelicensing', 'items', 'suppliers', 'tickets', 'invoices'].flatMap((area) => [`read:${area}`, `edit:${area}`]),
];

/** Every switch in its likeliest position. A new object at each call. */
export function defaultSwitches(): PsaSwitches {
  return {
    createStatus: 201,
    arrayAnswer: 'all-when-asked',
    arrayAtomic: false,
    arraysAccepted: true,
    nullOnUpdate: 'ignored',
    licenceNeeds: ['name'],
    keepsSnowid: true,
    snowidInLists: true,
    keepsClientRef: true,
    refInLists: true,
    mainSiteInLists: false,
    siteAddress: 'flat',
    extraListFields: false,
    pageCaps: { client: 1000, site: 50, licence: 50, ticket: 100, other: 1000 },
    pagingIgnored: false,
    recordCount: 'zero-past-end',
    orderParameter: 'accepted',
    unstableOrder: false,
    inactiveHidden: 'unless-asked',
    deletedInLists: true,
    topLevelEnvelope: 'trees',
    externalLinkEnvelope: 'links',
    unknownIdUpdate: '404',
    unknownIdGet: '404',
    deletedById: '404',
    emptyDate: '1900',
    dateSuffixZ: false,
    overlong: 'error',
    priceDecimals: null,
    dropsFields: [],
    escapesHtml: false,
    duplicateNames: 'allowed',
    unauthorizedForMissingRight: 403,
    permissions: SCOPES,
    agentSaysDisabled: true,
    agentRestricted: null,
    softwareLicensing: true,
    moduleOffStatus: 403,
    nativeIngram: false,
    nativeCsp: false,
    tokenLifeSeconds: 3600,
    tenantParameter: 'ignored',
    rateLimit: { calls: 700, windowSeconds: 300 },
    tokenCallsCount: false,
    retryAfter: false,
    errorShape: 1,
    businessStatus: 400,
    bindingShape: 'keys',
    warnings: false,
  };
}
