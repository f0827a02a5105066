import { STATUS_CODES } from 'node:http';
import { isConnectionLost } from '../database/connection-lost.js';
import { gaveWay } from '../database/gave-way.js';
import { EgressRefused } from '../egress/policy.js';
import { UpstreamError } from '../egress/upstream-error.js';
import { HttpProblem, Unavailable, Unprocessable } from './problem.js';

/** Turns whatever was thrown into an answer. What is not known to be fit for callers says nothing of its inside. */
export function asProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof UpstreamError) return upstream(error);
  if (error instanceof EgressRefused) return new Unprocessable(error.message);
  if (isConnectionLost(error)) return new Unavailable('The database does not answer right now. Try again in a moment.');
  if (gaveWay(error)) return new Unavailable('Others changed the same at this moment. Try again.', 1);
  const framework = ofFramework(error);
  if (framework) return framework;
  return new HttpProblem(500, 'internal', 'Something went wrong in Isthmus', 'The log has more under this errorId.');
}

function upstream(error: UpstreamError): HttpProblem {
  const extra = {
    vendor: error.vendor,
    reason: error.kind,
    actor: error.actor,
    ...(error.field === undefined ? {} : { field: error.field }),
  };
  if (error.actor === 'configuration') return new Unprocessable(error.detail, extra);
  const [status, title] =
    error.kind === 'throttled'
      ? [503, 'The other side asks to wait']
      : error.kind === 'timeout'
        ? [504, 'The other side did not answer in time']
        : [502, 'The other side did not answer as it should'];
  const problem = new HttpProblem(status, `upstream-${error.kind.replaceAll('_', '-')}`, title, error.detail, extra);
  if (error.retryAfterMs !== undefined) problem.headers['retry-after'] = String(Math.ceil(error.retryAfterMs / 1000));
  return problem;
}

/** Fastify's own refusals: a body that is no JSON, too large, of another type. Their texts are written for callers. */
function ofFramework(error: unknown): HttpProblem | undefined {
  if (!(error instanceof Error)) return undefined;
  const { statusCode, code } = error as Error & { statusCode?: unknown; code?: unknown };
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 499) return undefined;
  const own = typeof code === 'string' && code.startsWith('FST_');
  const kind = (STATUS_CODES[statusCode] ?? 'invalid').toLowerCase().replaceAll(' ', '-');
  return new HttpProblem(
    statusCode,
    kind,
    STATUS_CODES[statusCode] ?? 'Invalid request',
    own || statusCode === 400 ? error.message : 'It cannot be answered.',
  );
}
