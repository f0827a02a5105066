import type { FastifyRequest } from 'fastify';
import { Forbidden } from '../http/problem.js';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What the page sends with every call that changes something. Another site's page cannot, unless it is asked first and allowed. */
export const PAGE_HEADER = 'x-isthmus-page';

/**
 * Whether a request that came with the cookie, which browsers add by themselves, was meant by our own page. Measured against the
 * configured address: what proxies and clients say about the host counts for nothing.
 * @throws Forbidden
 */
export function requireOwnPage(request: FastifyRequest, publicUrl: string): void {
  if (READING.has(request.method)) return;
  requireOwnOrigin(request, publicUrl);
  if (request.headers[PAGE_HEADER] !== '1')
    throw new Forbidden('A call that changes something, made with the cookie, needs the header X-Isthmus-Page: 1.');
}

/** @throws Forbidden unless the browser says that the request comes from our own address. */
export function requireOwnOrigin(request: FastifyRequest, publicUrl: string): void {
  const own = new URL(publicUrl).origin;
  if (request.headers.origin === own) return;
  throw new Forbidden(`This came from another page than Isthmus's own at ${own}. Open Isthmus at that address, which PUBLIC_URL names.`);
}
