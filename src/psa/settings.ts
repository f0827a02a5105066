import type { Budget, EgressPolicy, Pace, RetryLimits } from '../egress/index.js';

/** How to reach one HaloPSA. Addresses may be given with or without a slash, `/api` or `/token` at their end. */
export interface PsaSettings {
  /** Halo's "Resource server", or the site's own address. */
  baseUrl: string;
  /** Halo's "Authorisation server"; unset: the one Halo names itself, else `{baseUrl}/auth`. */
  authUrl?: string;
  /** Halo's "Tenant", for hosted instances. */
  haloTenant?: string;
  clientId: string;
  clientSecret: string;
}

/** What a line of the log is written with; pino's loggers fit. */
export interface PsaLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface PsaDeps {
  policy: EgressPolicy;
  /** The calls this HaloPSA may get, shared with whoever else calls it. Default: one of its own from `callsPer5Minutes`. */
  budget?: CallBudget;
  pace?: Pace;
  /** Default 300. Hosted instances are said to allow 700 in any five minutes, for all tools together. */
  callsPer5Minutes?: number;
  logger?: PsaLogger;
  /** Told of each 429. */
  onRefused?(): void;
  /** Asked whether calls may still be made. Default: always. */
  permit?: Permit;
  /** Ends reads and waits. A write that is under way is waited for: broken off, nobody would know whether it was stored. */
  signal?: AbortSignal;
  /** In milliseconds. `write` is at most LONGEST_WRITE_MS. */
  timeouts?: { read?: number; write?: number };
  /** How often and how slowly calls are repeated, instead of what is usual. */
  retry?: RetryLimits;
  /** The most records in one array of updates, when more are given at once. Default 200. */
  updateBatch?: number;
}

/** The calls that a HaloPSA may get. */
export interface CallBudget extends Pick<Budget, 'refused' | 'accepted'> {
  /** Resolves when the caller may make one call. One who stands in line is asked for by `permit` again before a turn is taken for it. */
  take(signal?: AbortSignal, permit?: () => Promise<void>): Promise<void>;
}

/** Asked whether a call may still be made, repeats too. What it throws ends the call, unsent. */
export interface Permit {
  /** Right before a turn of the budget is taken, for signing in and reading as well. */
  beforeTurn(): Promise<void>;
  /** Right before a write is sent, each part of an array too, after all waiting for turns and tokens. */
  beforeWrite(): Promise<void>;
}

/** The longest a write is waited for, in milliseconds: after that it may still be stored, which `late` says. */
export const LONGEST_WRITE_MS = 60_000;
