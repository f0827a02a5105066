import { codeOf, ExchangeFailed, TooLarge } from './exchange.js';
import { EgressRefused } from './policy.js';
import { UpstreamError, type UpstreamVendor } from './upstream-error.js';

/** Codes of failures to connect. */
const UNREACHABLE: Record<string, string> = {
  ENOTFOUND: 'The host name does not exist.',
  EAI_AGAIN: 'The host name could not be looked up.',
  ECONNREFUSED: 'The connection was refused.',
  EHOSTUNREACH: 'The host cannot be reached.',
  ENETUNREACH: 'The network cannot be reached.',
  ETIMEDOUT: 'No connection was made in time.',
  UND_ERR_CONNECT_TIMEOUT: 'No connection was made in time.',
};

const TLS = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|UNABLE_TO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO)/;

/** What a failed call threw, as an error of ours. What caused it is left behind: it carries headers and secrets. */
export function networkError(vendor: UpstreamVendor, error: unknown, timeUp: boolean): UpstreamError {
  const { cause, sent, status } = error instanceof ExchangeFailed ? error : new ExchangeFailed(error, true);
  if (cause instanceof EgressRefused) return new UpstreamError({ vendor, kind: 'egress', detail: cause.message, sent: false });
  if (timeUp) return new UpstreamError({ vendor, kind: 'timeout', detail: 'No whole answer came in time.', sent });
  if (cause instanceof TooLarge) {
    return new UpstreamError({ vendor, kind: 'bad_answer', detail: 'The answer is too large.', retryable: false });
  }

  const code = codeOf(cause);
  if (!sent && code in UNREACHABLE) {
    const actor = code === 'ENOTFOUND' ? 'configuration' : undefined;
    return new UpstreamError({ vendor, kind: 'unreachable', detail: `${UNREACHABLE[code]} (${code})`, sent, actor });
  }
  if (TLS.test(code)) {
    const detail = `No secure connection could be made. (${code})`;
    return new UpstreamError({ vendor, kind: 'unreachable', detail, sent, actor: 'configuration' });
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    const detail = 'The request cannot be sent: a credential or setting in it has characters that HTTP does not allow.';
    return new UpstreamError({ vendor, kind: 'refused', detail, sent, actor: 'configuration' });
  }
  if (status !== undefined) return new UpstreamError({ vendor, kind: 'bad_answer', status, detail: 'The answer was cut off.' });
  return new UpstreamError({ vendor, kind: 'unreachable', detail: `The connection broke.${code === '' ? '' : ` (${code})`}`, sent });
}
