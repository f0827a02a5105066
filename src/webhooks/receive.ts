import { HttpProblem, Unavailable } from '../http/problem.js';
import type { Services } from '../services.js';
import { within } from '../within.js';
import { act } from './act.js';
import { DeliveriesService } from './deliveries-service.js';
import { answerOf, type DeliveryAnswer } from './delivery-view.js';
import { type Sent, store } from './inbox.js';

/** Senders give up after ten seconds or so. In milliseconds. */
const PATIENCE_MS = { storing: 5_000, acting: 3_000 };

/**
 * Stores what was sent, then acts on it and says what came of that. What was stored is acknowledged, even if acting fails or takes its
 * time: then whoever sweeps does it.
 * @throws Unavailable when it cannot be stored, so that it is sent again.
 */
export async function receive(services: Services, sent: Sent): Promise<DeliveryAnswer> {
  const { deliveryId, repeat } = await storedInTime(() => store(services.dataSource, sent));
  try {
    const acted = act(services, deliveryId).then(() => new DeliveriesService(services).one(deliveryId));
    acted.catch(() => undefined);
    if (await within(PATIENCE_MS.acting, acted)) return answerOf(await acted, repeat);
  } catch (error) {
    services.logger.warn({ deliveryId, err: error }, 'A webhook delivery was stored and could not be acted on; a sweep will');
  }
  return {
    id: deliveryId,
    event: sent.wish.event,
    state: 'stored',
    repeat,
    imports: [],
    detail: 'It is stored, and acted on in a moment.',
  };
}

/** Anything but a clear no means that the sender should try again. */
export async function storedInTime<T>(work: () => Promise<T>): Promise<T> {
  try {
    const stored = work();
    stored.catch(() => undefined);
    if (await within(PATIENCE_MS.storing, stored)) return await stored;
    throw new Error(`Postgres took longer than ${PATIENCE_MS.storing} ms.`);
  } catch (error) {
    if (error instanceof HttpProblem) throw error;
    throw Object.assign(new Unavailable('This could not be stored just now. Send it again in a moment.'), { cause: error });
  }
}
