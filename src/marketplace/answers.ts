import { retryAfterMs, UpstreamError, type HttpAnswer, type UpstreamErrorKind } from '../egress/index.js';
import { isObject, numberOf, textOf } from './wire.js';

/** Who wrote the body of an error: the platform, the gateway before it (Azure API Management's form), or something else. */
type ErrorShape = 'platform' | 'gateway' | 'html' | 'empty' | 'other';

interface ErrorBody {
  shape: ErrorShape;
  message?: string;
  correlationId?: string;
}

/**
 * The body of an error. Two forms of the platform are known (`message`, `timeStamp`, and `error`, `timestamp`), one of the
 * gateway (`statusCode`, `message`), and HTML of proxies. Source: the API's older document and seen in production clients.
 */
export function readErrorBody(answer: HttpAnswer): ErrorBody {
  const body = answer.json;
  const correlationId = answer.headers['x-correlation-id'];
  if (isObject(body)) {
    const gateway = numberOf(body.statusCode) !== undefined && body.path === undefined && body.correlationId === undefined;
    return {
      shape: gateway ? 'gateway' : 'platform',
      message: textOf(body.message) ?? textOf(body.error),
      correlationId: textOf(body.correlationId) ?? correlationId,
    };
  }
  if (answer.text.trim() === '') return { shape: 'empty', correlationId };
  const html = answer.contentType.includes('html') || /^\s*<(!doctype|html|head|body)/i.test(answer.text);
  return { shape: html ? 'html' : 'other', message: html ? titleOf(answer.text) : answer.text, correlationId };
}

function titleOf(html: string): string {
  const title = /<title[^>]*>([^<]{1,200})/i.exec(html)?.[1]?.trim();
  return title ? `A web page, "${title}", instead of JSON.` : 'A web page instead of JSON.';
}

/** Whether an error body is about the subscription key, which the gateway checks, and not about user and password. */
export function isKeyTrouble(body: ErrorBody): boolean {
  return /subscription[ -]?key/i.test(body.message ?? '');
}

/** Whether a 403 says that the key's calls are used up, which no new token helps against. */
export function isQuota(answer: HttpAnswer): boolean {
  return answer.status === 403 && /\bquota\b/i.test(readErrorBody(answer).message ?? '');
}

/**
 * What an answer that is not a success means. Business errors come as 500 and "not found" perhaps as 400; a 404 that was not
 * written by the platform proves nothing about the thing asked for.
 */
export function answerError(answer: HttpAnswer, what: string, now: number): UpstreamError {
  const body = readErrorBody(answer);
  const { kind, retryable, actor } = meaningOf(answer, body);
  const field = (kind === 'credentials' || kind === 'permission') && isKeyTrouble(body) ? 'subscriptionKey' : undefined;
  return new UpstreamError({
    vendor: 'marketplace',
    kind,
    retryable,
    actor,
    field,
    status: answer.status,
    detail: `${what}: ${body.message ?? 'no message'}`,
    correlationId: body.correlationId,
    retryAfterMs: retryAfterMs(answer.headers['retry-after'], now) ?? waitInText(body.message),
  });
}

type Meaning = { kind: UpstreamErrorKind; retryable?: boolean; actor?: 'configuration' | 'vendor' };

function meaningOf(answer: HttpAnswer, body: ErrorBody): Meaning {
  const { status } = answer;
  if (status < 400) return { kind: 'bad_answer', retryable: false, actor: 'configuration' };
  if (status === 401) return { kind: 'credentials' };
  if (isQuota(answer)) return { kind: 'throttled', retryable: false };
  if (status === 403) return { kind: 'permission' };
  if (status === 404) {
    const proven = body.shape === 'platform' || body.shape === 'empty';
    return proven ? { kind: 'not_found' } : { kind: 'bad_answer', retryable: body.shape === 'html', actor: 'configuration' };
  }
  if (status === 400 && /no entity/i.test(body.message ?? '')) return { kind: 'not_found' };
  if (status === 408) return { kind: 'timeout' };
  if (status === 429) return { kind: 'throttled' };
  if (status >= 500) return { kind: 'server', retryable: status !== 501 && status !== 505 };
  return { kind: 'refused' };
}

/** "Rate limit is exceeded. Try again in 12 seconds.": the gateway says it in words too. */
function waitInText(message: string | undefined): number | undefined {
  const seconds = Number(/try again in (\d{1,4}) seconds?/i.exec(message ?? '')?.[1]);
  return Number.isNaN(seconds) ? undefined : Math.min(seconds, 120) * 1000;
}

/** An answer with a status of success whose body is not what it should be: empty, HTML, cut, another shape. Worth another try. */
export function badAnswer(answer: HttpAnswer, what: string, why?: string): UpstreamError {
  const { shape, correlationId, message } = readErrorBody(answer);
  const found = {
    platform: 'The answer has not the expected form.',
    gateway: 'The answer has not the expected form.',
    html: message ?? '',
    empty: 'The answer is empty.',
    other: answer.json === undefined ? 'The answer is not JSON, or was cut off.' : 'The answer has not the expected form.',
  }[shape];
  return new UpstreamError({
    vendor: 'marketplace',
    kind: 'bad_answer',
    status: answer.status,
    detail: `${what}: ${why ?? found}`,
    correlationId,
  });
}
