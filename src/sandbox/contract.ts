/** What the two sandboxes and the control routes share: faults, calls, clock. */

export type Vendor = 'marketplace' | 'psa';

/**
 * A rule that disturbs calls. `method` (exact, upper case) and `path` (a regular expression, case-insensitive, tested against the path
 * and query string below the vendor's root, such as `/subscriptions/17` or `/api/SoftwareLicence?pageinate=true`) choose the calls; of those, `after` pass first,
 * then `times` are disturbed (default 1; 0 means all from then on).
 */
export interface Fault {
  id?: string;
  vendor: Vendor;
  method?: string;
  path?: string;
  after?: number;
  times?: number;
  /** Answer with this instead. */
  status?: number;
  /** With `status`, or alone (status 200): text is sent as it is, anything else as JSON. */
  body?: unknown;
  contentType?: string;
  headers?: Record<string, string>;
  /** With `status`, `reset` or `cut`: whether the real handler does its work first (default false: nothing is stored). */
  afterHandling?: boolean;
  /** Destroy the connection instead of answering. */
  reset?: boolean;
  /** Announce the whole answer, send half of it, close. */
  cut?: boolean;
  /** Send the answer a few bytes at a time, this many milliseconds apart. */
  dripMs?: number;
  /** Wait before handling, in milliseconds of real time. */
  delayMs?: number;
}

/** A call a sandbox received. */
export interface Call {
  vendor: Vendor;
  method: string;
  /** Path and query string below the vendor's root. */
  path: string;
  status: number;
  /** Records in the body of a POST; 0 otherwise. */
  records: number;
  body?: unknown;
  /** The ids of the faults that disturbed it. */
  faults: string[];
}

/** What is done at the turns of each call, whichever vendor's. The call goes on once it is done. */
export interface CallWatch {
  /** It came in, and nothing was handled. */
  arrived?(call: Call): void | Promise<void>;
  /** It was handled: what it writes is stored, and nothing of the answer was sent. */
  handled?(call: Call): void | Promise<void>;
  /** Its answer went out, or nobody is there to take it. */
  answered?(call: Call): void;
}

/** Time as the sandboxes see it, in milliseconds; moved by tests and `/sandbox/clock`, else the machine's. */
export interface Clock {
  now(): number;
}
