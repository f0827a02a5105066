import { isRecord } from './read.js';

/** Longest sentence taken from an answer, in characters. */
const LENGTH = 300;
/** What looks like a secret: bearer tokens, JSON web tokens, `…secret=…` pairs. */
const SECRET =
  /\b(bearer\s+)\S+|\beyJ[\w-]+(?:\.[\w-]+)*|((?:access_token|refresh_token|id_token|client_secret|password)["']?\s*[=:]\s*["']?)[^\s"'&,}]+/gi;

/**
 * The message in an error body of Halo, as one short line; undefined for HTML and for bodies that say nothing.
 *
 * Seen in production clients: a serialized .NET exception, `Message` or `message`, `errorMessage`, the sign-in server's `error`, a bare
 * JSON string or plain text, and ASP.NET's model binding (texts keyed by path, perhaps below `errors`).
 */
export function errorMessage(body: string): string | undefined {
  const json = parse(body);
  if (json !== undefined) return clean(typeof json === 'string' ? json : messageOf(json));
  return looksLikeHtml(body) ? undefined : clean(body);
}

/** Whether a body is one of Halo's own error shapes in JSON: Halo looked at the request and refused it itself, also with status 500. */
export function isOwnError(body: string): boolean {
  const json = parse(body);
  return typeof json === 'string' ? clean(json) !== undefined : json !== undefined && clean(messageOf(json)) !== undefined;
}

/** Whether a text is a page rather than an answer. */
export function looksLikeHtml(body: string): boolean {
  return /^\s*(?:<!doctype|<html|<head|<body|<\?xml|<[a-z]+[\s>])/i.test(body);
}

function messageOf(json: unknown): string | undefined {
  if (!isRecord(json)) return Array.isArray(json) && json.every((entry) => typeof entry === 'string') ? json.join(' ') : undefined;
  for (const key of ['Message', 'message', 'errorMessage', 'ExceptionMessage']) {
    const value = json[key];
    if (typeof value === 'string' && value.trim() !== '') return value;
  }
  const { error, error_description: description } = json;
  if (typeof error === 'string' && error !== '')
    return typeof description === 'string' && description !== '' ? `${error}: ${description}` : error;
  return bindingErrors(isRecord(json['errors']) ? json['errors'] : json) ?? (typeof json['title'] === 'string' ? json['title'] : undefined);
}

/** `{"[0].count":["The value 'x' is not valid."]}` as `[0].count: The value 'x' is not valid.` */
function bindingErrors(errors: Record<string, unknown>): string | undefined {
  const lines = Object.entries(errors).flatMap(([path, texts]) => {
    if (!Array.isArray(texts) || texts.length === 0 || !texts.every((text) => typeof text === 'string')) return [];
    return [path === '' ? texts.join(' ') : `${path}: ${texts.join(' ')}`];
  });
  return lines.length > 0 ? lines.join('; ') : undefined;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

function clean(message: string | undefined): string | undefined {
  const line = message
    ?.replaceAll(SECRET, (_all, bearer: string | undefined, pair: string | undefined) => `${bearer ?? pair ?? ''}[removed]`)
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (line === undefined || line === '') return undefined;
  return line.length > LENGTH ? `${line.slice(0, LENGTH - 1)}…` : line;
}
