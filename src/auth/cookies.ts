import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * The session's cookie. Behind https its name says `__Host-`: no other host and no plain connection can set it. A page that is shown
 * within Halo needs one that goes with it across sites, kept apart for each site that shows it; that one has a name of its own.
 * Plain http is for one's own machine.
 */
const NAMES = { plain: 'isthmus', alone: '__Host-isthmus', framed: '__Host-isthmus-tab' };

/** What of the service's address decides about cookies. */
export function isHttps(publicUrl: string): boolean {
  return publicUrl.startsWith('https:');
}

/** What the session's cookies of a request hold, that of a frame first: where both are sent, the one that may do less counts. */
export function sessionValues(request: FastifyRequest, publicUrl: string): string[] {
  const names = isHttps(publicUrl) ? [NAMES.framed, NAMES.alone] : [NAMES.plain];
  return names.map((name) => request.cookies[name]).filter((value) => value !== undefined);
}

/** Gives the browser its session, in place of any other. @param framed Whether it is shown within another site's page. */
export function setSessionCookie(reply: FastifyReply, value: string, { publicUrl, framed }: { publicUrl: string; framed: boolean }): void {
  clearSessionCookies(reply, publicUrl);
  if (!isHttps(publicUrl)) reply.setCookie(NAMES.plain, value, PLAIN);
  else if (framed) reply.setCookie(NAMES.framed, value, FRAMED);
  else reply.setCookie(NAMES.alone, value, ALONE);
}

export function clearSessionCookies(reply: FastifyReply, publicUrl: string): void {
  if (!isHttps(publicUrl)) {
    reply.clearCookie(NAMES.plain, PLAIN);
    return;
  }
  reply.clearCookie(NAMES.alone, ALONE);
  reply.clearCookie(NAMES.framed, FRAMED);
}

/** Without an end of their own: the browser forgets them when it is closed, and the database decides before. */
const PLAIN = { path: '/', httpOnly: true, sameSite: 'lax' } as const;
const ALONE = { ...PLAIN, secure: true } as const;
const FRAMED = { path: '/', httpOnly: true, secure: true, sameSite: 'none', partitioned: true } as const;
