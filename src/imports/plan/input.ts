import type {
  ChangeAction,
  ChangeEntity,
  ClientImportSettings,
  ImportEntity,
  LinkOrigin,
  MappingOrigin,
  MappingState,
  SkipReason,
  SubscriptionImportSettings,
} from '../../../entities/index.js';
import type {
  Client,
  Customer,
  Licence,
  LicenceFields,
  Look,
  Malformed,
  NewClient,
  Site,
  SiteAddress,
  SubscriptionDetail,
  Subscription,
} from '../../domain/index.js';
import type { PsaForm } from '../vendors.js';

/** A mapping as stored. */
export interface KnownMapping {
  customerId: string;
  state: MappingState;
  clientId: string | null;
  origin: MappingOrigin | null;
}

/** A link as stored, unarchived. */
export interface KnownLink {
  subscriptionId: string;
  line: string;
  licenceId: string | null;
  createAnyway: boolean;
}

/**
 * What the latest write asked of each field of a record, and what the record showed there before and right after it: showing one
 * of these again means that the very same write would come back the same.
 */
export type AppliedFields = Record<string, { asked: unknown; stood: unknown[] }>;

/** What a subscription showed when asked for by id. `null`: the list has it, the marketplace does not know its id. */
export type ReadDetail = SubscriptionDetail | Malformed | null;

/** Sites by id, and by client with the oldest first. */
export interface KnownSites {
  byId: ReadonlyMap<string, Site>;
  byClient: ReadonlyMap<string, readonly Site[]>;
}

/** Everything the planner knows. It reads no clock and asks nobody. */
export interface PlanInput {
  /** The marketplace's code, part of every key. */
  marketplace: string;
  entities: readonly ImportEntity[];
  /** Plan for these customers alone; what else there is only has a bearing on them. */
  customerIds?: ReadonlySet<string>;
  /** The day the import began, for how long ago something ended. */
  today: string;
  clientImport: ClientImportSettings;
  subscriptionImport: SubscriptionImportSettings;
  form: PsaForm;
  /** Whether licences of this PSA instance are known to lose their key. */
  keysLost: boolean;
  /** Whether licences of what ended are made inactive: in the integrator's imports alone, and only after a complete look. */
  endings: boolean;

  customers: Look<Customer>;
  /** Customers asked for by id, for what list rows lack. */
  customerDetails: ReadonlyMap<string, Customer | Malformed | null>;
  subscriptions: Look<Subscription>;
  /** Of live subscriptions as read; of ended ones as they last stood in the cache, if they do. */
  details: ReadonlyMap<string, ReadDetail>;
  /** Subscriptions whose detail was read by this very attempt. */
  readNow: ReadonlySet<string>;
  /** Linked subscriptions that a complete look lacked, as asked for by id; null when the marketplace knows no such id. */
  absent: ReadonlyMap<string, ReadDetail>;

  /** By client id. */
  clients: ReadonlyMap<string, Client>;
  /** Clients asked for by id, for what list rows lack; null when there is none. */
  clientDetails: ReadonlyMap<string, Client | null>;
  /** Clients known to be several customers', some of whom the input may lack. */
  sharedClients?: ReadonlySet<string>;
  /** Undefined until sites were looked at. */
  sites?: KnownSites;
  licences: readonly Licence[];
  /** Linked licences that the list lacked, asked for by id; null when there is none. */
  licenceDetails: ReadonlyMap<string, Licence | null>;

  mappings: readonly KnownMapping[];
  links: readonly KnownLink[];
  /** Licences left behind at another client on purpose: their key counts no more. */
  released: ReadonlySet<string>;
  /** Licences that other tenants of this PSA instance are linked to. */
  heldElsewhere: ReadonlySet<string>;
  /** By `{entity}:{psaId}`: what was written last, as far as no import has seen the record in order since. */
  lastApplied: ReadonlyMap<string, AppliedFields>;
}

/** What the planner must see before its plan counts. The import looks it up and plans again. */
export interface Needs {
  customers: Set<string>;
  /** Subscriptions: listed ones whose detail is lacking, and linked ones that the list lacks. */
  details: Set<string>;
  clients: Set<string>;
  licences: Set<string>;
  sites: boolean;
}

/** What a mapping should become; written before the changes that rest on it. */
export interface MappingDecision {
  customerId: string;
  state: MappingState;
  clientId: string | null;
  clientName: string | null;
  origin: MappingOrigin | null;
  candidates: string[];
  /** The settled mapping that this one replaces, as it stood when planning: it is replaced only if it still stands. */
  was?: { state: MappingState; clientId: string };
}

/** A link that is true without any change in the PSA: found by key, or a renewal that changes no field. */
export interface LinkDecision {
  subscriptionId: string;
  line: string;
  licenceId: string;
  origin: LinkOrigin;
  /** The ended line whose licence this was. */
  instead?: { subscriptionId: string; line: string };
}

interface ChangeBase {
  entity: ChangeEntity;
  action: ChangeAction;
  customerId: string;
  psaId?: string;
  message?: string;
}

/** "This customer is that client, by its name or key": nothing is written to the PSA. */
export interface ClientLinkChange extends ChangeBase {
  entity: 'client';
  action: 'link';
  psaId: string;
  clientName: string;
}

export interface ClientCreateChange extends ChangeBase {
  entity: 'client';
  action: 'create';
  client: NewClient;
}

export interface SiteUpdateChange extends ChangeBase {
  entity: 'site';
  action: 'update';
  psaId: string;
  /** Whose main site it is. */
  clientId: string;
  before: Record<string, unknown>;
  /** The lines that change, and `country_code` if that does. */
  fields: Record<string, unknown>;
  /** The whole address as it is to be. */
  address: SiteAddress;
  countryCode?: string;
}

export interface LicenceCreateChange extends ChangeBase {
  entity: 'licence';
  action: 'create';
  subscriptionId: string;
  line: string;
  /** `client_id` and `site_id` are null while the client is still to be created. */
  fields: LicenceFields;
}

export interface LicenceUpdateChange extends ChangeBase {
  entity: 'licence';
  action: 'update' | 'rekey' | 'reactivate' | 'deactivate';
  psaId: string;
  subscriptionId: string;
  line: string;
  before: LicenceFields;
  fields: LicenceFields;
  /** The link this change rests on, when it is new. */
  link?: LinkDecision;
}

export type PlannedChange = ClientLinkChange | ClientCreateChange | SiteUpdateChange | LicenceCreateChange | LicenceUpdateChange;

export interface PlannedSkip {
  entity: 'customer' | 'subscription';
  marketplaceId: string;
  line?: string;
  psaId?: string;
  reason: SkipReason;
  detail: string;
}

export interface Plan {
  needs: Needs;
  mappings: MappingDecision[];
  /** Customers whose stored suggestion or ambiguity is no more: they are simply unmapped. */
  forgotten: string[];
  links: LinkDecision[];
  changes: PlannedChange[];
  skips: PlannedSkip[];
  unchanged: { clients: number; licences: number };
}
