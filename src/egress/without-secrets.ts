import type { HttpAnswer, HttpRequest } from './http.js';
import { scrub } from './scrub.js';

const CARRIES_SECRET = /authorization|key|secret|token/i;

type Sent = Pick<HttpRequest, 'headers' | 'body'>;

/** What a request proved itself with: credentials in its headers, and secrets in a form. */
function secretsSent({ headers = {}, body }: Sent): string[] {
  const inHeaders = Object.entries(headers).flatMap(([name, value]) => (CARRIES_SECRET.test(name) ? ofHeader(value) : []));
  const form = typeof body === 'string' ? [...new URLSearchParams(body)] : [];
  const inForm = form.flatMap(([name, value]) => (/secret|password|token/i.test(name) ? [value] : []));
  return [...inHeaders, ...inForm];
}

/** A header's value, or its credentials without the scheme; of Basic ones the password by itself, too. */
function ofHeader(value: string): string[] {
  const [, scheme, credentials] = /^(\S+) +(\S+)$/.exec(value) ?? [];
  if (credentials === undefined) return [value];
  if (scheme?.toLowerCase() !== 'basic') return [credentials];
  const password = Buffer.from(credentials, 'base64').toString().split(':').slice(1).join(':');
  return [credentials, password];
}

/** A refusal without what was sent to prove who asks: vendors echo requests in errors, and errors are quoted and logged. */
export function withoutSecrets(answer: HttpAnswer, request: Sent): HttpAnswer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  const secrets = [...new Set(secretsSent(request).flatMap((secret) => [secret, encodeURIComponent(secret)]))];
  const clean = (text: string): string => scrub(text, secrets);
  const json = cleaned(answer.json, clean);
  const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, clean(value)]));
  return { ...answer, headers, json, text: json === undefined ? clean(answer.text) : JSON.stringify(json) };
}

function cleaned(value: unknown, clean: (text: string) => string): unknown {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map((each) => cleaned(each, clean));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [clean(name), cleaned(each, clean)]));
}
