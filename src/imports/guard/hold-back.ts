import type { DataSource } from 'typeorm';
import type { Import, Tenant } from '../../../entities/index.js';
import type { Plan, PlannedChange } from '../plan/input.js';
import { countForGuard } from '../store/psa-records.js';
import { guard, nameOfChange, type GuardFacts } from './guard.js';

/** A plan, and which of its changes wait for a person, with the reason. */
export interface GuardedPlan {
  plan: Plan;
  held: ReadonlyMap<PlannedChange, string>;
  /** Sentences for whoever reads the import. */
  remarks: string[];
}

/**
 * Has the guard look at a plan. An import that a person approved changes of does those alone, as far as the new plan still holds them;
 * what they did not approve is not done, and not held again.
 */
export async function holdBack(
  dataSource: DataSource,
  run: Import,
  tenant: Tenant,
  plan: Plan,
  looks: GuardFacts['looks'],
): Promise<GuardedPlan> {
  if (run.approval) {
    const approved = new Set(run.approval.approved);
    const changes = plan.changes.filter((change) => change.action === 'link' || approved.has(nameOfChange(change)));
    const missing = approved.size - changes.filter((change) => change.action !== 'link').length;
    const remarks = [`${run.approval.by} approved ${approved.size} held changes.`];
    if (missing > 0)
      remarks.push(`${missing} of them are not called for any more, now that both sides were looked at again, and were not made.`);
    return { plan: { ...plan, changes }, held: new Map(), remarks };
  }
  return { plan, held: guard(plan.changes, await factsOf(dataSource, run, tenant, looks)).reasons, remarks: [] };
}

async function factsOf(dataSource: DataSource, run: Import, tenant: Tenant, looks: GuardFacts['looks']): Promise<GuardFacts> {
  const before: { imported: boolean }[] = await dataSource.query(
    `SELECT EXISTS (SELECT 1 FROM imports WHERE tenant_id = $1 AND id <> $2 AND NOT preview AND state IN ('needs_approval', 'succeeded', 'succeeded_with_skips', 'partly_failed')) AS imported`,
    [tenant.id, run.id],
  );
  return { settings: tenant.guard, ...(await countForGuard(dataSource, tenant.id)), hasImportedBefore: before[0]!.imported, looks };
}
