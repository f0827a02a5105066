import { isAxiosError } from 'axios';
import { EgressRefused } from './policy.js';
import { UpstreamError, type UpstreamVendor } from './upstream-error.js';

/** Codes of failures before a connection stood: nothing of the request left. */
const BEFORE_SENDING: Record<string, string> = {
  ENOTFOUND: 'The host name does not exist.',
  EAI_AGAIN: 'The host name could not be looked up.',
  ECONNREFUSED: 'The connection was refused.',
  EHOSTUNREACH: 'The host cannot be reached.',
  ENETUNREACH: 'The network cannot be reached.',
};

const TLS = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|UNABLE_TO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO)/;

/** What a failed call threw, as an error of ours. The library's error is left behind: it carries headers and secrets. */
export function networkError(vendor: UpstreamVendor, error: unknown, timeUp: boolean): UpstreamError {
  const cause = isAxiosError(error) ? error.cause : error;
  if (cause instanceof EgressRefused) return new UpstreamError({ vendor, kind: 'egress', detail: cause.message, sent: false });
  if (timeUp) return new UpstreamError({ vendor, kind: 'timeout', detail: 'No whole answer came in time.' });

  const code = isAxiosError(error) ? (error.code ?? '') : '';
  const early = BEFORE_SENDING[code];
  if (early !== undefined) {
    const actor = code === 'ENOTFOUND' ? 'configuration' : undefined;
    return new UpstreamError({ vendor, kind: 'unreachable', detail: `${early} (${code})`, sent: false, actor });
  }
  if (TLS.test(code)) {
    const detail = `No secure connection could be made. (${code})`;
    return new UpstreamError({ vendor, kind: 'unreachable', detail, sent: false, actor: 'configuration' });
  }
  if (isAxiosError(error) && error.message.startsWith('maxContentLength')) {
    return new UpstreamError({ vendor, kind: 'bad_answer', detail: 'The answer is too large.', retryable: false });
  }
  if (isAxiosError(error) && error.response) {
    return new UpstreamError({ vendor, kind: 'bad_answer', status: error.response.status, detail: 'The answer was cut off.' });
  }
  return new UpstreamError({ vendor, kind: 'unreachable', detail: `The connection broke.${code === '' ? '' : ` (${code})`}` });
}
