import { isNativeError } from 'node:util/types';

/** Keeps secrets out of the log: by the names of fields, and by the look of texts. */

const SECRET_NAME =
  /pass(word|wd|phrase)|secret|token(?!Id$)|authorization|cookie|(subscription|api|private|sealing)[-_]?keys?$|credential|^jwe$/i;
const HIDDEN = '[redacted]';
const DEEPEST = 6;

/** Bearer and basic credentials, our own tokens, JWTs and JWEs, and passwords inside addresses. */
const SECRET_TEXTS: [RegExp, string][] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${HIDDEN}`],
  [/\bisth_[\w-]{20,}/g, HIDDEN],
  [/\beyJ[\w-]{8,}\.[\w-]*(\.[\w-]*){1,3}/g, HIDDEN],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"]*):[^\s@/"]+@/gi, `$1:${HIDDEN}@`],
  [/((?:client_secret|password|access_token|refresh_token|[?&]token|[?&]hmac)=)[^&\s"]+/gi, `$1${HIDDEN}`],
];

/** Replaces what looks like a secret within a text, a whole line of the log, say. */
export function redactText(text: string): string {
  return SECRET_TEXTS.reduce((result, [form, by]) => result.replace(form, by), text);
}

/**
 * A copy of a value that is fit for the log: fields with secret names are hidden, errors shrink to what explains them.
 * An HTTP client's error carries the request with its credentials, and a database's carries the statement's parameters, so
 * of errors only name, message, code, status, stack and cause are kept.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? '[function]' : value;
  if (depth > DEEPEST) return '[deeper]';
  if (value instanceof Date) return value;
  if (value instanceof Error || isNativeError(value)) return redactError(value, depth);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redact(item, depth + 1));
  const source = value instanceof Map ? Object.fromEntries(value) : (value as Record<string, unknown>);
  return Object.fromEntries(
    Object.entries(source).map(([name, field]) => [
      name,
      SECRET_NAME.test(name) && field !== null && field !== undefined ? HIDDEN : redact(field, depth + 1),
    ]),
  );
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const { code, status, actor } = error as Error & { code?: unknown; status?: unknown; actor?: unknown };
  return {
    type: error.name,
    message: redactText(error.message),
    ...(code === undefined ? {} : { code }),
    ...(typeof status === 'number' ? { status } : {}),
    ...(actor === undefined ? {} : { actor }),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}
