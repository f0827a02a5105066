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
 * The imports that tell how a tenant stands: the latest of all its customers, and the latest of any. A good one of some customers says
 * nothing of the others.
 */
export function tellingImports({ lastWholeImport, lastImport }: TenantView): ImportView[] {
  const both = [lastWholeImport, lastImport].filter((one) => one !== null);
  return both.filter(({ id }, at) => both.findIndex((one) => one.id === id) === at);
}

/**
 * What needs a person, the worst first.
 * @param open What imports left alone until somebody decides, by the import's id.
 * @param now In milliseconds.
 */
export function needsOf(
  tenants: readonly TenantView[],
  held: readonly ImportView[],
  open: ReadonlyMap<string, OpenDecisions>,
  now: number,
): Need[] {
  const needs = tenants.flatMap((tenant) => [
    ...troubles(tenant),
    ...missedRun(tenant, now),
    ...approvals(tenant, held),
    ...mappings(tenant),
    ...decisions(tenant, open),
  ]);
  return needs.toSorted((a, b) => Number(a.weight === 'waiting') - Number(b.weight === 'waiting'));
}

function troubles(tenant: TenantView): Need[] {
  const { id, name, status, enabled, pausedWhy } = tenant;
  if (!enabled) return [];
  const base = { key: `${id} trouble`, weight: 'broken' as const, tenant: name };
  const account = { to: `/tenants/${id}#setup`, go: 'Open its setup' };
  if (status === 'paused') return [{ ...base, ...account, text: `The integrator is paused. ${pausedWhy ?? ''}`.trim(), go: 'Open it' }];
  if (status === 'failing') return [{ ...base, ...account, text: 'The marketplace refuses its account. Enter credentials that work.' }];
  if (status === 'untested')
    return [{ ...base, ...account, text: 'Its account was saved without being tried, so it is not scheduled. Test it.' }];
  const imports = tellingImports(tenant);
  const called = (one: ImportView): string => (one.id === tenant.lastImport?.id ? 'The last import' : 'The last import of all customers');
  const failed = imports.find(({ state }) => state === 'failed');
  if (failed) {
    const text = failed.error?.message ?? 'It does not say why.';
    return [{ ...base, text: `${called(failed)} failed: ${text}`, to: `/imports/${failed.id}`, go: 'See why' }];
  }
  const partly = imports.find(({ state }) => state === 'partly_failed');
  if (!partly) return [];
  return [{ ...base, text: `${called(partly)} failed in part.`, to: `/imports/${partly.id}`, go: 'See which changes' }];
}

/** How long a day may be due before that no process took it is worth telling, in milliseconds. */
const LATE_MS = 3_600_000;

/** That the daily import, which is wanted, does not come. A pause and an account that does not work are told as such. */
function missedRun({ id, name, enabled, status, integrator, nextRunAt }: TenantView, now: number): Need[] {
  if (!enabled || !integrator.enabled || status !== 'ok') return [];
  const base = {
    key: `${id} schedule`,
    weight: 'broken' as const,
    tenant: name,
    to: `/tenants/${id}#integrator`,
    go: 'Open its integrator',
  };
  if (nextRunAt === null) {
    const why =
      integrator.customers || integrator.subscriptions ? 'Its PSA instance is switched off.' : 'Nothing is chosen for it to import.';
    return [{ ...base, text: `The daily import does not come. ${why}` }];
  }
  if (now - Date.parse(nextRunAt) < LATE_MS) return [];
  return [{ ...base, text: 'The daily import is due and nothing starts it. Make sure that a process of Isthmus with a worker runs.' }];
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

function decisions(tenant: TenantView, open: ReadonlyMap<string, OpenDecisions>): Need[] {
  const waiting = tellingImports(tenant).flatMap(({ id }) => {
    const { lines, reason } = open.get(id) ?? { lines: [] };
    return reason !== undefined && lines.length > 0 ? [{ id, lines, reason }] : [];
  });
  const [first] = waiting;
  if (!first) return [];
  const lines = new Set(waiting.flatMap((one) => one.lines));
  return [
    {
      key: `${tenant.id} decisions`,
      weight: 'waiting',
      tenant: tenant.name,
      text: `${counted(lines.size, 'subscription')} left alone until you decide: adopt a Halo subscription that is there, or create another.`,
      to: `/imports/${first.id}?tab=skips&reason=${first.reason}`,
      go: 'Decide',
    },
  ];
}
