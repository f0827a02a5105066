import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { TooMany } from '../http/problem.js';

/** Of a body, in bytes. What Halo sends of a ticket is far smaller. */
export const BODY_LIMIT = 256 * 1024;

/** How many requests a minute. */
export interface Limits {
  address: number;
  instance: number;
}

/**
 * Requests in a minute, for each process by itself: they are counted before anything is looked up, so that a flood costs neither
 * Postgres nor a body. From one address, and from one address for one PSA instance: those of Halo's cloud send for many.
 */
export const A_MINUTE: Limits = { address: 1200, instance: 300 };

/** Names the instance that a request is for. */
export type InstanceOf = (request: FastifyRequest) => string;

/** Bounds the routes that are added to this part of the app after it. */
export async function limitFloods(part: FastifyInstance, instanceOf: InstanceOf, aMinute: Limits): Promise<void> {
  const limits = [
    { max: aMinute.address },
    { max: aMinute.instance, keyGenerator: (request: FastifyRequest) => `${normalizeIP(request.ip)} ${instanceOf(request)}` },
  ];
  for (const limit of limits) {
    await part.register(rateLimit, {
      ...limit,
      timeWindow: 60_000,
      cache: 10_000,
      errorResponseBuilder: (_request, { ttl }) => new TooMany('This is more than is taken in a minute.', Math.ceil(ttl / 1000)),
    });
  }
}
