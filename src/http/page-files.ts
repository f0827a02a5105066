import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Where the build puts the page, beside the compiled sources. */
export const PAGE_FOLDER = join(import.meta.dirname, '..', '..', 'ui');

/** Where `index.html` wants the nonce of its answer. */
const NONCE_PLACE = '__CSP_NONCE__';

/** What is never a screen of the page, whatever a browser asks for it. */
const NO_SCREENS = /^\/(api|auth|webhooks|health|metrics|docs|openapi\.json|assets)(\/|$)/;

/** The page's part of the service: its files, and `index.html` for every address that is one of its screens. */
export interface PageFiles {
  /** Answers with the page, if that is what the request wants; undefined if it is not. */
  answer(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined;
}

/**
 * Serves the built page. Files below `/assets/` carry a hash of their content in the name, so they may be kept for ever; `index.html`
 * names them, so it is never kept. Without a built page nothing is served, and a browser is told so.
 */
export async function pageFiles(app: FastifyInstance, folder: string = PAGE_FOLDER): Promise<PageFiles> {
  const index = join(folder, 'index.html');
  const parts = existsSync(index) ? readFileSync(index, 'utf8').split(NONCE_PLACE) : undefined;
  if (parts) {
    await app.register(async (files) => {
      await files.register(fastifyStatic, {
        root: join(folder, 'assets'),
        serve: false,
        preCompressed: true,
        immutable: true,
        maxAge: '365d',
        index: false,
      });
      files.get<{ Params: { '*': string } }>('/assets/*', { config: { access: 'public' } }, (request, reply) =>
        reply.sendFile(request.params['*']),
      );
    });
  }
  return {
    answer(request, reply) {
      if (!wantsScreen(request)) return undefined;
      if (!parts) return reply.code(503).type('text/plain').send('The page was not built. Run `npm run build`, then start again.');
      const nonce = randomBytes(16).toString('base64');
      return reply
        .code(200)
        .header('cache-control', 'no-store')
        .header('content-security-policy', pagePolicy(nonce))
        .type('text/html; charset=utf-8')
        .send(parts.join(nonce));
    },
  };
}

/** What the page may load: its own files, and style elements that carry the nonce. */
export function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join(';');
}

function wantsScreen({ method, url, headers }: FastifyRequest): boolean {
  const path = url.split('?', 1)[0] ?? '/';
  return (method === 'GET' || method === 'HEAD') && !NO_SCREENS.test(path) && (headers.accept ?? '').includes('text/html');
}
