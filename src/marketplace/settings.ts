import type { Budget, EgressPolicy, Pace, RetryLimits } from '../egress/index.js';

/** What a reseller enters to connect a marketplace account. */
export interface MarketplaceSettings {
  /** As the portal shows it. Its path names a region, not the marketplace. */
  apiUrl: string;
  /** The code sent when asking for a token: `us`, `au`, … */
  marketplace: string;
  username: string;
  password: string;
  subscriptionKey: string;
  /** Sent as `X-Client-Id` when given: some integrations are told to. */
  applicationId?: string;
  /** The reseller whose rows are wanted; rows that name another one are dropped. */
  resellerId?: string;
}

/** Structural part of a logger: pino, a test's recorder, anything with these. */
export interface MarketplaceLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface MarketplaceDeps {
  policy: EgressPolicy;
  pace?: Pace;
  /** Calls a second to start with. Default 2, with 60 at once after a rest. */
  callsPerSecond?: number;
  /** A budget shared with other clients of the same account, instead of one's own. */
  budget?: Budget;
  logger?: MarketplaceLogger;
  /** Told of each 429. */
  onRefused?(): void;
  /** Aborts calls and waits; methods then throw its reason. */
  signal?: AbortSignal;
  /** Defaults 60 s and 120 s: the API is slow. */
  timeouts?: { tokenMs?: number; readMs?: number };
  retry?: RetryLimits;
}
