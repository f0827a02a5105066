import type { ChangeView, ImportView, SkipView } from '../api/generated.js';

export const PHASES: Record<ImportView['phase'], string> = {
  waiting: 'Waiting for its turn',
  marketplace: 'Reading customers and subscriptions from the marketplace',
  psa: 'Reading clients and subscriptions from HaloPSA',
  plan: 'Working out the difference',
  apply: 'Writing to HaloPSA',
  done: 'Done',
};

export const TRIGGERS: Record<ImportView['trigger'], string> = { manual: 'By hand', integrator: 'Integrator', webhook: 'From Halo' };

export const ENTITIES: Record<ChangeView['entity'], string> = { client: 'Client', site: 'Main site', licence: 'Halo subscription' };

/** What a change does, and in a preview would do. */
export const ACTIONS: Record<ChangeView['action'], { done: string; would: string }> = {
  create: { done: 'created', would: 'would be created' },
  link: { done: 'linked by name', would: 'would be linked by name' },
  update: { done: 'updated', would: 'would be updated' },
  rekey: { done: 'kept for its renewal', would: 'would be kept for its renewal' },
  deactivate: { done: 'made inactive', would: 'would be made inactive' },
  reactivate: { done: 'made active again', would: 'would be made active again' },
};

export const CHANGE_STATES: Record<ChangeView['state'], { label: string; color: string }> = {
  planned: { label: 'Planned', color: 'gray' },
  held: { label: 'Held', color: 'orange' },
  sent: { label: 'Sent', color: 'blue' },
  applied: { label: 'Done', color: 'green' },
  failed: { label: 'Failed', color: 'red' },
  superseded: { label: 'Not needed', color: 'gray' },
};

/**
 * What the page offers to do about a skip: `map` its customer; `link` its line, by adopting what is there or creating another anyway;
 * `ask` the vendor; look at the `failed` changes; change the tenant's `settings`.
 */
export type Remedy = 'map' | 'link' | 'ask' | 'failed' | 'settings';

/** Why something was left alone, and what to do about it; `calls` says whether it calls for anybody at all. */
interface ReasonWords {
  title: string;
  todo: string;
  calls: boolean;
  remedy?: Remedy;
}

export const REASONS: Record<SkipView['reason'], ReasonWords> = {
  unmapped_customer: {
    title: 'The customer is mapped to no client',
    todo: 'Map it to a client, have one created, or ignore it.',
    calls: true,
    remedy: 'map',
  },
  suggested_customer: {
    title: 'A client has a name much like the customer’s',
    todo: 'Accept the suggestion in the mapping, or choose another client.',
    calls: true,
    remedy: 'map',
  },
  ambiguous_customer: {
    title: 'Several clients or customers share the name',
    todo: 'Choose the right client in the mapping. Isthmus does not guess.',
    calls: true,
    remedy: 'map',
  },
  broken_mapping: {
    title: 'The client it was mapped to is gone from HaloPSA',
    todo: 'Map the customer to another client, or bring the client back in HaloPSA.',
    calls: true,
    remedy: 'map',
  },
  already_in_psa: {
    title: 'A Halo subscription for it is there already',
    todo: 'Adopt that Halo subscription, so that its invoice line lives on, or create another one anyway.',
    calls: true,
    remedy: 'link',
  },
  duplicate_key: {
    title: 'Two Halo subscriptions carry its key',
    todo: 'Delete the wrong one in HaloPSA, or clear its key. Until then neither is touched.',
    calls: true,
  },
  deleted_in_psa: {
    title: 'Its Halo subscription was deleted in HaloPSA',
    todo: 'Nothing, if that was meant. Otherwise adopt another one, or have it created again.',
    calls: true,
    remedy: 'link',
  },
  successor: {
    title: 'It may be the renewal of another one',
    todo: 'Compare both. Adopt the old one’s Halo subscription if it is the same thing, so that its invoice line lives on, or create a new one.',
    calls: true,
    remedy: 'link',
  },
  does_not_stick: {
    title: 'HaloPSA takes the change and shows the old value again',
    todo: 'Look for a rule, a script or another integration in HaloPSA that changes it back.',
    calls: true,
  },
  client_failed: {
    title: 'Its client could not be created',
    todo: 'See the failed changes for why, put that right and import again.',
    calls: true,
    remedy: 'failed',
  },
  invalid: {
    title: 'The marketplace’s record could not be understood',
    todo: 'Ask Ingram Micro about the record. It is read again at every import.',
    calls: true,
    remedy: 'ask',
  },
  unknown_customer: {
    title: 'Its customer is not in the marketplace’s list',
    todo: 'Ask Ingram Micro whose it is, and whether the API user may see that customer.',
    calls: true,
    remedy: 'ask',
  },
  unknown_term: {
    title: 'Its term is not known',
    todo: 'Ask Ingram Micro what its term is. Nothing is billed by a guess.',
    calls: true,
    remedy: 'ask',
  },
  fractional: {
    title: 'Its quantity is a fraction',
    todo: 'HaloPSA counts whole seats: bill this one by hand.',
    calls: true,
  },
  no_product: {
    title: 'It names no product',
    todo: 'Usual for reservations, savings plans and internal plans. If a Halo subscription stands for it, look whether it is still to be billed.',
    calls: true,
  },
  pending: {
    title: 'It is not in force yet',
    todo: 'Nothing: it is imported once the marketplace says that it is active.',
    calls: true,
  },
  ended: { title: 'It has ended', todo: 'Nothing.', calls: false },
  ignored: { title: 'Somebody said to ignore the customer', todo: 'Nothing, or map it after all.', calls: false, remedy: 'map' },
  trial: {
    title: 'It is a trial, and trials are not imported',
    todo: 'Nothing, or have trials imported under Subscription imports.',
    calls: false,
    remedy: 'settings',
  },
};

const ACTORS = {
  configuration: 'You can put this right',
  vendor: 'The vendor has to put this right',
  isthmus: 'This is a fault of Isthmus',
} as const;

/** How skips are called: a preview leaves nothing alone, it only would. */
export function leftAlone(preview: boolean): string {
  return preview ? 'Would be left alone' : 'Left alone';
}

/** Who must act on an import that failed. */
export function actorText(actor: NonNullable<ImportView['error']>['actor']): string {
  return ACTORS[actor];
}

/** What an import is for: "Customers and subscriptions of all customers". */
export function scopeText({ entities, scope }: Pick<ImportView, 'entities' | 'scope'>): string {
  const what = entities.length === 2 ? 'Customers and subscriptions' : entities[0] === 'customers' ? 'Customers' : 'Subscriptions';
  if (scope.kind === 'customer') return `${what}, customer ${scope.customerId}`;
  if (scope.kind === 'client') return `${what}, client ${scope.clientId}`;
  return what;
}
