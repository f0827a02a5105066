import { isUUID } from 'class-validator';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Services } from '../../services.js';
import { sessionValues, setSessionCookie } from '../cookies.js';
import { sendSignInPage } from '../sign-in-page.js';
import { EmbedService, type Refused } from './embed-service.js';

const NOBODY = '00000000-0000-0000-0000-000000000000';

/** `/auth/embed/{psaInstanceId}`: what Halo's custom tab or button opens. */
export function embedRoutes(app: FastifyInstance, services: Services): void {
  const embed = new EmbedService(services);

  app.get<{ Params: { id: string } }>('/auth/embed/:id', { config: { access: 'public' } }, async (request, reply) => {
    const { publicUrl } = services;
    const { id } = request.params;
    const outcome = await embed.arrive({
      // Whatever is no id is nobody's.
      psaInstanceId: isUUID(id) ? id.toLowerCase() : NOBODY,
      rawQuery: rawQueryOf(request),
      address: request.ip,
      before: sessionValues(request, publicUrl),
    });
    if ('refused' in outcome) {
      const { refused, baseUrl, detail, retryAfterSeconds } = outcome;
      request.log.info({ psaInstanceId: id, refused, detail }, 'Nobody was let in from Halo');
      if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
      return sendSignInPage(reply, { ...saying(outcome), ...(baseUrl === null ? {} : { framedBy: new URL(baseUrl).origin }) });
    }
    const { value, agentId, clientId } = outcome;
    request.log.info({ psaInstanceId: id, agentId }, 'An agent came in from Halo');
    // Browsers too old to say are given the cookie that works in either place.
    setSessionCookie(reply, value, { publicUrl, framed: request.headers['sec-fetch-dest'] !== 'document' });
    return reply.header('cache-control', 'no-store').redirect(clientId === null ? '/' : `/clients/${clientId}`, 303);
  });
}

/** The parsed query would have split the client's name. */
function rawQueryOf({ url }: FastifyRequest): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at + 1);
}

function saying({ refused, retryAfterSeconds = 0, detail }: Refused): { status: number; title: string; text: string } {
  switch (refused) {
    case 'throttled':
      return {
        status: 429,
        title: 'Too many tries',
        text: `Open this tab again in ${Math.ceil(retryAfterSeconds / 60)} minutes.`,
      };
    case 'unknown_agent':
      return { status: 403, title: 'HaloPSA does not know you', text: 'It has no agent of the id that this tab was opened with.' };
    case 'disabled_agent':
      return { status: 403, title: 'You are disabled in HaloPSA', text: 'Isthmus lets in only agents who may sign in to HaloPSA.' };
    case 'halo':
      return {
        status: 502,
        title: 'HaloPSA could not be asked who you are',
        text: `Open this tab again in a moment. ${detail ?? ''}`,
      };
    case 'invalid':
      return {
        status: 403,
        title: 'This tab cannot sign you in',
        text: 'Ask whoever set it up to compare its address and its secret with what Isthmus has for this PSA instance.',
      };
  }
}
