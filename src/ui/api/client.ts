import { Api } from './generated.js';
import { ProblemError, type SaidProblem } from './problem.js';

/** Tells the service that a call comes from its own page, which no other site can say. */
const PAGE_HEADER = { 'X-Isthmus-Page': '1' };

/**
 * Sends a call with the session's cookie.
 * @throws ProblemError for any answer that is not good, and when there is none.
 */
export async function send(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const headers = { ...(init.headers as Record<string, string> | undefined), ...PAGE_HEADER };
  let answer: Response;
  try {
    answer = await fetch(input, { ...init, headers, credentials: 'same-origin' });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ProblemError(0, 'Isthmus does not answer. Check the connection; the page tries again by itself.');
  }
  if (answer.ok) return answer;
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  const problem = isProblem ? ((await answer.json()) as SaidProblem) : undefined;
  throw new ProblemError(answer.status, problem?.detail ?? `Isthmus answered with ${answer.status} and no word why.`, problem);
}

/** Every route of the API, typed. Its methods are named by the routes: `GET /tenants/{id}` is `api.tenants.getTenantsId`. */
export const api = new Api({ baseUrl: '', customFetch: send });
