import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Feature } from '../app.js';
import { HttpProblem, Invalid } from '../http/problem.js';
import { route } from '../http/route.js';
import { validIds } from '../http/validation.js';
import type { Services } from '../services.js';
import { DeliveryAnswer } from './delivery-view.js';
import { WebhookBody } from './dto.js';
import { A_MINUTE, BODY_LIMIT, limitFloods, type Limits } from './limits.js';
import { receive, storedInTime } from './receive.js';
import { Senders } from './verify.js';
import { wishOf } from './wish.js';

interface Where {
  psaInstanceId: string;
}

/** A JSON body, and how it was written. */
interface AsSent {
  text: string;
  value: unknown;
}

/** Where Halo sends to. It stands outside the API, and asks for a PSA instance's webhook secret instead of a token. */
export const webhookRoutes: Feature = (app, services) => receiveWebhooks(app, services, A_MINUTE);

/** The same, with limits as one likes. */
export function receiveWebhooks(app: FastifyInstance, services: Services, aMinute: Limits): void {
  const senders = new Senders(services);
  void app.register(async (part) => {
    keepText(part);
    await limitFloods(part, instanceOf, aMinute);
    // Once the limits have let it pass, and before its body is read: strangers cost a look-up and no more.
    part.addHook('preParsing', async (request) => {
      await storedInTime(() => senders.verify(instanceOf(request), request.headers));
    });

    route<WebhookBody, object, Where>(part, {
      method: 'POST',
      url: '/webhooks/halo/:psaInstanceId',
      access: 'public',
      summary: 'Take what a runbook, webhook or custom integration of HaloPSA sends',
      description:
        'Asks for the webhook secret of the PSA instance: as Basic with the user `isthmus`, as Bearer, or in the header `X-Isthmus-Secret`. The same `webhook-id` header, or the same body within 60 s, is a repeat: it is acknowledged and nothing more. While another import of the tenant is under way, what is asked for is kept and runs after it.',
      body: WebhookBody,
      bodyAsSent: true,
      bodyLimit: BODY_LIMIT,
      response: DeliveryAnswer,
      status: 202,
      problems: [401, 409, 413, 415, 429, 503],
      handler: async ({ params, request }) => {
        const { text, value } = (request.body ?? {}) as Partial<AsSent>;
        const wish = wishOf(objectOf(value));
        const { psaInstanceId } = params;
        const answer = await receive(services, { psaInstanceId, webhookId: webhookIdOf(request), text: text ?? '', wish });
        if (wish.kind !== 'unclear') return answer;
        const { pointer, message } = wish;
        throw new HttpProblem(400, 'invalid', 'Invalid request', message, { errors: [{ pointer, message }], deliveryId: answer.id });
      },
    });
  });
}

function instanceOf(request: FastifyRequest): string {
  return validIds(request.params as Record<string, string>)['psaInstanceId'] ?? '';
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Invalid([{ pointer: '', message: 'must be a JSON object' }], 'The body must be a JSON object, sent as application/json.');
}

/** @throws Invalid */
function webhookIdOf({ headers }: FastifyRequest): string | null {
  const id = headers['webhook-id'];
  if (id === undefined || id === '') return null;
  if (typeof id === 'string' && /^[\x21-\x7e]{1,200}$/.test(id)) return id;
  throw new Invalid([{ pointer: '/headers/webhook-id', message: 'must be one word of at most 200 ASCII characters' }]);
}

/** Repeats are known by the body as it was written. */
function keepText(part: FastifyInstance): void {
  const parse = part.getDefaultJsonParser('error', 'error');
  part.removeAllContentTypeParsers();
  part.addContentTypeParser(/^application\/([\w.-]+\+)?json(;|$)/, { parseAs: 'string' }, (request, text, done) => {
    if (text.length === 0) return done(null, undefined);
    void parse(request, text as string, (error, value) => (error ? done(error) : done(null, { text, value } as AsSent)));
  });
}
