import { retryAfterMs, UpstreamError, type HttpAnswer, type UpstreamErrorKind } from '../egress/index.js';
import { errorMessage, isOwnError, looksLikeHtml } from './errors.js';
import { isRecord } from './read.js';

/** Whether an answer says that the call was done. */
export function isSuccess(answer: HttpAnswer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

/** Whether an answer is an error and no record, whatever its status: it has no id, but one of the shapes in which Halo tells of errors. */
export function isErrorOf({ json, text }: HttpAnswer): boolean {
  return isRecord(json) && json['id'] === undefined && isOwnError(text);
}

/** What an answer that is not a success says, in a sentence about the call (`reading /Client`). */
export function sentenceOf(answer: HttpAnswer, doing: string): string {
  const { status } = answer;
  const said = errorMessage(answer.text);
  const tail = said === undefined ? '.' : `: ${said}`;
  if (status === 401 || status === 403) {
    return `HaloPSA does not allow ${doing}${tail}${/[.!?…]$/.test(tail) ? '' : '.'} Check the application's permissions and those of the agent it logs in as.`;
  }
  if (status === 404)
    return `HaloPSA knows no such thing while ${doing}: a module of it may be off, or this is not the address of its API.`;
  if (status === 429) return `HaloPSA refused ${doing}: too many calls.`;
  if (status >= 300 && status < 400) return `HaloPSA's address answered ${doing} with a redirect: enter the address it leads to.`;
  if (said === undefined && looksLikeHtml(answer.text)) return `A web page came back instead of an answer of HaloPSA while ${doing}.`;
  return `HaloPSA refused ${doing}${tail}`;
}

/** An answer that is not a success, as an error. `now` in milliseconds, for a `Retry-After` that is a date. */
export function upstreamError(answer: HttpAnswer, doing: string, now: number): UpstreamError {
  const { status } = answer;
  const redirect = status >= 300 && status < 400;
  return new UpstreamError({
    vendor: 'psa',
    kind: kindOf(status),
    status,
    detail: sentenceOf(answer, doing),
    ...(status === 429 && { retryAfterMs: retryAfterMs(answer.headers['retry-after'], now) }),
    ...(status === 404 && { actor: 'configuration' as const }),
    ...(redirect && { actor: 'configuration' as const, field: 'baseUrl' }),
  });
}

/** An answer with a success status that is not what HaloPSA answers: never read as "nothing there". */
export function badAnswer(answer: HttpAnswer, doing: string): UpstreamError {
  const shape = answer.text.trim() === '' ? 'An empty answer' : looksLikeHtml(answer.text) ? 'A web page' : 'Something unreadable';
  return new UpstreamError({
    vendor: 'psa',
    kind: 'bad_answer',
    status: answer.status,
    detail: `${shape} came back instead of an answer of HaloPSA while ${doing}.`,
  });
}

function kindOf(status: number): UpstreamErrorKind {
  if (status === 401 || status === 403) return 'permission';
  if (status === 404) return 'not_found';
  if (status === 408) return 'timeout';
  if (status === 429) return 'throttled';
  return status >= 500 ? 'server' : 'refused';
}
