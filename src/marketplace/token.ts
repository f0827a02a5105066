import { UpstreamError, type FreshToken, type HttpAnswer } from '../egress/index.js';
import { answerError, badAnswer, isKeyTrouble, isQuota, readErrorBody } from './answers.js';
import { isObject, numberOf, textOf } from './wire.js';

const WHAT = 'Asking for a token';

/** A token is taken for this long when the answer does not say; it lives 1500 s as documented. */
const DEFAULT_LIFE_SECONDS = 600;

const UNKNOWN_MARKETPLACE =
  /marketplace.*\b(unknown|invalid|not|no|wrong|unsupported)\b|\b(unknown|invalid|not|no|wrong|unsupported)\b.*marketplace/i;
const USER = /\b(password|credentials?|user(name)?|login)\b/i;

/** The token of an answer of `POST /token`: `{ token, expiresInSeconds }`. Throws an UpstreamError for anything else. */
export function readToken(answer: HttpAnswer, now: number): FreshToken {
  if (answer.status < 200 || answer.status > 299) throw tokenError(answer, now);
  const value = isObject(answer.json) ? textOf(answer.json.token) : undefined;
  // A token that cannot stand in a header is none.
  if (!isObject(answer.json) || value === undefined || !/^[\x21-\x7e]+$/.test(value)) throw badAnswer(answer, WHAT);
  const life = numberOf(answer.json.expiresInSeconds);
  return { value, lifeSeconds: life !== undefined && life > 0 ? life : DEFAULT_LIFE_SECONDS };
}

/**
 * A refused token call. What stands in `field` is what to check: the key (the gateway's message), the user and password (any
 * other 401 or 403), the marketplace (any 400, as nothing else in the body can be wrong, or a message that says so: the real
 * answer to an unknown marketplace is not known).
 */
function tokenError(answer: HttpAnswer, now: number): UpstreamError {
  const error = answerError(answer, WHAT, now);
  const body = readErrorBody(answer);
  const { status } = answer;
  const again = (field: string, kind: 'credentials' | 'refused'): UpstreamError =>
    new UpstreamError({
      vendor: 'marketplace',
      kind,
      status,
      field,
      actor: 'configuration',
      detail: error.detail,
      correlationId: error.correlationId,
      retryable: false,
    });
  if (isQuota(answer) || status === 429) return error;
  const fromApi = body.shape === 'platform' || body.shape === 'gateway';
  const about = body.message ?? '';
  if (fromApi && status >= 400 && status <= 500) {
    if (isKeyTrouble(body)) return again('subscriptionKey', 'credentials');
    if (UNKNOWN_MARKETPLACE.test(about) && !USER.test(about)) return again('marketplace', 'refused');
  }
  // A web page is a firewall's or another site's refusal, not one of this user.
  if (status === 401 || status === 403) return again(body.shape === 'html' ? 'apiUrl' : 'username', 'credentials');
  if (status === 400) return fromApi ? again('marketplace', 'refused') : error;
  return error;
}

/** Whether asking again with the same settings would only ask for a lock-out. */
export function isFinalRefusal(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && error.field !== undefined && !error.retryable;
}
