import type { DataSource } from 'typeorm';
import type { Import, ImportApproval, Tenant } from '../../../entities/index.js';
import type { PlannedChange } from '../plan/input.js';
import type { PlanStore } from '../store/plan-store.js';
import { countForGuard } from '../store/psa-records.js';
import { guard, nameOfChange, type GuardFacts, type Weighed } from './guard.js';

/**
 * The changes of a plan that an import is about: all of them; or those that a person approved, as far as the plan holds them, and what
 * only says what is so already. What they did not approve is not done, and not held again.
 */
export function calledFor(approval: ImportApproval | null, changes: readonly PlannedChange[]): PlannedChange[] {
  if (!approval) return [...changes];
  const approved = new Set(approval.approved);
  return changes.filter((change) => change.action === 'link' || approved.has(nameOfChange(change)));
}

/** What a reader should know of an approval of which so many changes are called for. */
export function remarksOn({ by, approved }: ImportApproval, called: number): string[] {
  const missing = approved.length - called;
  const remarks = [`${by} approved ${approved.length} held changes.`];
  if (missing > 0)
    remarks.push(`${missing} of them are not called for any more, now that both sides were looked at again, and were not made.`);
  return remarks;
}

/** Has the guard weigh a stored plan; what is to wait for a person then does. */
export async function holdBack(
  { dataSource, store, run, tenant }: { dataSource: DataSource; store: PlanStore; run: Import; tenant: Tenant },
  weighed: Weighed,
  looks: GuardFacts['looks'],
): Promise<void> {
  // Where nothing weighs, nothing is to wait, whatever it would be weighed against.
  if (run.approval || weighed.losses + weighed.clients === 0) return;
  await store.holdBack(guard(weighed, await factsOf(dataSource, run, tenant, looks)));
}

async function factsOf(dataSource: DataSource, run: Import, tenant: Tenant, looks: GuardFacts['looks']): Promise<GuardFacts> {
  const before: { imported: boolean }[] = await dataSource.query(
    `SELECT EXISTS (SELECT 1 FROM imports WHERE tenant_id = $1 AND id <> $2 AND NOT preview AND state IN ('needs_approval', 'succeeded', 'succeeded_with_skips', 'partly_failed')) AS imported`,
    [tenant.id, run.id],
  );
  return { settings: tenant.guard, ...(await countForGuard(dataSource, tenant.id)), hasImportedBefore: before[0]!.imported, looks };
}
