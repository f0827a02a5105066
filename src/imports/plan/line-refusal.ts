import type { LicenceFields, SubscriptionDetail, SubscriptionLine } from '../../domain/index.js';
import type { SkipReason } from '../../../entities/index.js';
import type { Holding } from './holdings.js';
import type { PlanInput } from './input.js';
import { isTrial } from './line-fields.js';

const MAX_COUNT = 2_147_483_647;

/** Why a line gets no licence, or its licence is left alone. */
export interface Refusal {
  reason: SkipReason;
  detail: string;
  psaId?: string;
}

/** Whether a line does not say what it is of. */
export function isNameless({ mpn, productId }: SubscriptionLine): boolean {
  return mpn === undefined && productId === undefined;
}

/** Why a live line gets no licence, or its licence is left alone; undefined when nothing is in the way. `wanted` is the line as the PSA would store it. */
export function refusalOf(
  input: PlanInput,
  subscription: SubscriptionDetail,
  line: SubscriptionLine,
  holding: Holding,
  wanted: LicenceFields,
): Refusal | undefined {
  const { quantity } = line;
  if (isNameless(line))
    return { reason: 'no_product', detail: 'This product has neither an MPN nor an id, so it cannot be told from others.' };
  if (input.subscriptionImport.trials === 'skip' && isTrial(subscription, line))
    return { reason: 'trial', detail: 'It is a trial, and trials are not imported.' };
  if (quantity === undefined) return { reason: 'invalid', detail: 'The marketplace does not say its quantity.' };
  if (!Number.isInteger(quantity))
    return { reason: 'fractional', detail: `Its quantity is ${quantity}; HaloPSA counts whole numbers only.` };
  if (quantity < 0 || quantity > MAX_COUNT) return { reason: 'invalid', detail: `Its quantity ${quantity} cannot be a number of seats.` };
  if (wanted.term_duration == null) {
    const period = subscription.subscriptionPeriod;
    return {
      reason: 'unknown_term',
      detail: `Its term ${period ? `(${period.duration} ${period.type}) ` : ''}has no known length; nothing is guessed.`,
    };
  }
  if (holding.kind === 'duplicate') {
    return {
      reason: 'duplicate_key',
      detail: `Licences ${holding.licenceIds.join(', ')} in HaloPSA carry the same key. Clear the field in all but the right one.`,
      psaId: holding.licenceIds[0]!,
    };
  }
  if (holding.kind === 'deleted') {
    return {
      reason: 'deleted_in_psa',
      detail: `Its licence ${holding.licenceId} was deleted in HaloPSA. Link another one, or say that it is to be created again.`,
      psaId: holding.licenceId,
    };
  }
  if (holding.kind === 'elsewhere') {
    return {
      reason: 'already_in_psa',
      detail: `Licence ${holding.licenceId} stands for this line, but another tenant of this HaloPSA is linked to it: is the same marketplace account connected twice?`,
      psaId: holding.licenceId,
    };
  }
  return undefined;
}
