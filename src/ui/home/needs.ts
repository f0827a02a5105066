import type { ImportView, TenantView } from '../api/generated.js';
import { counted, countText } from '../shown/numbers.js';
import type { OpenDecisions } from './queries.js';
import { waitingCustomers } from '../tenants/waiting-customers.js';

/** One thing that needs a person, and where they do it. */
export interface Need {
  key: string;
  /** `broken`: nothing is imported until somebody acts. `waiting`: something waits for a decision. */
  weight: 'broken' | 'waiting';
  /** Which tenant it is about. */
  tenant: string;
  text: string;
  to: string;
  /** What the link says. */
  go: string;
}

/**
 * What needs a person, the worst first.
 * @param open How many subscriptions the latest import of each tenant left alone until somebody decides, by the import's id.
 */
export function needsOf(tenants: readonly TenantView[], held: readonly ImportView[], open: ReadonlyMap<string, OpenDecisions>): Need[] {
  const needs = tenants.flatMap((tenant) => [
    ...troubles(tenant),
    ...approvals(tenant, held),
    ...mappings(tenant),
    ...decisions(tenant, open),
  ]);
  return needs.toSorted((a, b) => Number(a.weight === 'waiting') - Number(b.weight === 'waiting'));
}

function troubles({ id, name, status, enabled, pausedWhy, lastImport }: TenantView): Need[] {
  if (!enabled) return [];
  const base = { key: `${id} trouble`, weight: 'broken' as const, tenant: name };
  const account = { to: `/tenants/${id}#setup`, go: 'Open its setup' };
  if (status === 'paused') return [{ ...base, ...account, text: `The integrator is paused. ${pausedWhy ?? ''}`.trim(), go: 'Open it' }];
  if (status === 'failing') return [{ ...base, ...account, text: 'The marketplace refuses its account. Enter credentials that work.' }];
  if (status === 'untested')
    return [{ ...base, ...account, text: 'Its account was saved without being tried, so it is not scheduled. Test it.' }];
  if (lastImport?.state === 'failed') {
    const text = lastImport.error?.message ?? 'The last import failed.';
    return [{ ...base, text: `The last import failed: ${text}`, to: `/imports/${lastImport.id}`, go: 'See why' }];
  }
  if (lastImport?.state === 'partly_failed') {
    return [{ ...base, text: 'Some changes of the last import failed.', to: `/imports/${lastImport.id}`, go: 'See which' }];
  }
  return [];
}

function approvals({ id, name }: TenantView, held: readonly ImportView[]): Need[] {
  return held
    .filter((one) => one.tenantId === id)
    .map((one) => ({
      key: `${one.id} approval`,
      weight: 'waiting' as const,
      tenant: name,
      text: `An import holds ${counted(one.counts.held, 'change')} for your approval.`,
      to: `/imports/${one.id}`,
      go: 'Look and decide',
    }));
}

function mappings(tenant: TenantView): Need[] {
  const waiting = waitingCustomers(tenant);
  if (waiting === 0) return [];
  const { suggested, ambiguous, broken } = tenant.customers;
  const parts = [
    ...(suggested > 0 ? [`${countText(suggested)} with a suggestion`] : []),
    ...(ambiguous > 0 ? [`${countText(ambiguous)} ambiguous`] : []),
    ...(broken > 0 ? [`${countText(broken)} whose client is gone`] : []),
    ...(waiting > suggested + ambiguous + broken ? [`${countText(waiting - suggested - ambiguous - broken)} unmapped`] : []),
  ];
  return [
    {
      key: `${tenant.id} mapping`,
      weight: 'waiting',
      tenant: tenant.name,
      text: `${counted(waiting, 'customer')} to map: ${parts.join(', ')}.`,
      to: `/tenants/${tenant.id}/mapping`,
      go: 'Map them',
    },
  ];
}

function decisions({ id, name, lastImport }: TenantView, open: ReadonlyMap<string, OpenDecisions>): Need[] {
  const waiting = lastImport ? open.get(lastImport.id) : undefined;
  if (!lastImport || !waiting || waiting.count === 0) return [];
  return [
    {
      key: `${id} decisions`,
      weight: 'waiting',
      tenant: name,
      text: `${counted(waiting.count, 'subscription')} left alone until you decide: adopt a Halo subscription that is there, or create another.`,
      to: `/imports/${lastImport.id}?tab=skips&reason=${waiting.reason}`,
      go: 'Decide',
    },
  ];
}
