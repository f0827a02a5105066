export type UpstreamVendor = 'marketplace' | 'psa';

/** What kind of trouble a call to a vendor met. */
export type UpstreamErrorKind =
  | 'unreachable'
  | 'timeout'
  | 'bad_answer'
  | 'credentials'
  | 'permission'
  | 'throttled'
  | 'refused'
  | 'server'
  | 'not_found'
  | 'egress';

/** Who has to act for the trouble to end. */
export type Actor = 'configuration' | 'vendor' | 'isthmus';

const USUAL: Record<UpstreamErrorKind, { retryable: boolean; actor: Actor }> = {
  unreachable: { retryable: true, actor: 'vendor' },
  timeout: { retryable: true, actor: 'vendor' },
  bad_answer: { retryable: true, actor: 'vendor' },
  credentials: { retryable: false, actor: 'configuration' },
  permission: { retryable: false, actor: 'configuration' },
  throttled: { retryable: true, actor: 'vendor' },
  refused: { retryable: false, actor: 'isthmus' },
  server: { retryable: true, actor: 'vendor' },
  not_found: { retryable: false, actor: 'vendor' },
  egress: { retryable: false, actor: 'configuration' },
};

/** The longest `detail` that is kept, in characters. */
const DETAIL_LIMIT = 500;

const CORRELATION_LIMIT = 100;

export interface UpstreamErrorOptions {
  vendor: UpstreamVendor;
  kind: UpstreamErrorKind;
  /** What happened, as a sentence; cut to 500 characters, control characters removed. Must be free of secrets. */
  detail: string;
  status?: number;
  /** Default: as is usual for the kind. */
  retryable?: boolean;
  /** Default: as is usual for the kind. */
  actor?: Actor;
  correlationId?: string;
  /** How long the vendor asked to wait, in milliseconds, when it did. */
  retryAfterMs?: number;
  /** False when no byte of the request can have reached the vendor. Default true. */
  sent?: boolean;
  /** The setting at fault, where the answer shows which. */
  field?: string;
}

/**
 * A call to a vendor that did not end well. The only error that leaves the vendors' clients for such a call, apart from the
 * reason of an aborted signal. It never holds the request, its headers or the HTTP library's own error, as those carry secrets.
 */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly vendor: UpstreamVendor;
  readonly kind: UpstreamErrorKind;
  readonly status?: number;
  readonly retryable: boolean;
  readonly actor: Actor;
  readonly detail: string;
  readonly correlationId?: string;
  readonly retryAfterMs?: number;
  readonly sent: boolean;
  readonly field?: string;

  constructor(options: UpstreamErrorOptions) {
    const detail = plain(options.detail);
    const status = options.status === undefined ? '' : ` (HTTP ${options.status})`;
    super(`${options.vendor}: ${detail}${status}`);
    this.vendor = options.vendor;
    this.kind = options.kind;
    this.status = options.status;
    this.retryable = options.retryable ?? USUAL[options.kind].retryable;
    this.actor = options.actor ?? USUAL[options.kind].actor;
    this.detail = detail;
    this.correlationId = options.correlationId === undefined ? undefined : plain(options.correlationId).slice(0, CORRELATION_LIMIT);
    this.retryAfterMs = options.retryAfterMs;
    this.sent = options.sent ?? true;
    this.field = options.field;
  }

  /** The same error with another detail. */
  withDetail(detail: string): UpstreamError {
    const { vendor, kind, status, retryable, actor, correlationId, retryAfterMs, sent, field } = this;
    return new UpstreamError({ vendor, kind, status, retryable, actor, correlationId, retryAfterMs, sent, field, detail });
  }
}

/** One line of readable text of at most 500 characters: what a vendor says may hold anything. */
function plain(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > DETAIL_LIMIT ? `${line.slice(0, DETAIL_LIMIT - 1)}…` : line;
}
