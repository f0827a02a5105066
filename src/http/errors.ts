import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { asProblem } from './as-problem.js';
import type { PageFiles } from './page-files.js';
import { NotFound } from './problem.js';

/**
 * Answers every error as RFC 9457 `application/problem+json`, with an `errorId` that the log has too. The only place where an
 * error becomes an answer. Where no route is, a browser may mean a screen of the page.
 */
export const errors = fp(
  (app, { page }: { page?: PageFiles }, done) => {
    app.setErrorHandler((error, request, reply) => answerError(error, request, reply));
    app.setNotFoundHandler(
      (request, reply) =>
        page?.answer(request, reply) ??
        answerError(new NotFound(`${request.method} ${pathOf(request)}`, 'See /docs for what there is.'), request, reply),
    );
    done();
  },
  { name: 'errors' },
);

/** Logs an error and sends it as a problem. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = asProblem(error);
  const errorId = randomUUID();
  // 502 to 504 say that somebody else did not answer, the database included: only 500 is a fault of ours.
  if (problem.status === 500) request.log.error({ errorId, err: error }, 'A request failed');
  else if (problem.status > 500) request.log.warn({ errorId, err: error }, 'A request could not be answered now');
  else request.log.info({ errorId, status: problem.status, detail: problem.message }, 'A request was refused');
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: `urn:isthmus:problem:${problem.kind}`,
        title: problem.title,
        status: problem.status,
        detail: problem.message,
        instance: pathOf(request),
        errorId,
        ...problem.extra,
      }),
    );
}

/** Without the query, which may hold what people searched for. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}
