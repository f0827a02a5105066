import type { Import } from '../../entities/index.js';
import { actorOf } from '../auth/audit/actor.js';
import { record } from '../auth/audit/record.js';
import type { Caller } from '../auth/caller.js';
import { violates } from '../database/violation.js';
import { Conflict, Invalid } from '../http/problem.js';
import type { Services } from '../services.js';
import { namedImport } from './audited-import.js';
import type { ApproveImport } from './dto.js';
import { visibleTenant } from '../tenants/tenant-access.js';
import { ImportsService, requireEnabled } from './imports-service.js';
import { approveHeld, discardHeld, heldChanges, holdWaiting } from './store/approvals.js';

const GONE = 'This import does not wait for that any more: a later import, or somebody else, was quicker. Read its held changes again.';

/** A person's word on what the guard held. */
export class ApprovalsService {
  readonly #imports: ImportsService;

  constructor(private readonly services: Services) {
    this.#imports = new ImportsService(services);
  }

  /**
   * Approves all held changes, or some. The import is queued again: it looks at both sides and plans anew, and makes those of the
   * approved changes that are still called for.
   *
   * @throws Conflict when the digest is of another list, the tenant is switched off, or another import of it waits or runs (with its `importId`).
   */
  async approve(caller: Caller, importId: string, { digest, changeIds }: ApproveImport): Promise<Import> {
    const row = await this.#imports.one(caller, importId);
    const { manager } = this.services.dataSource;
    const actor = actorOf(caller);
    try {
      await manager.transaction(async (inside) => {
        const query = (sql: string, parameters?: unknown[]): Promise<unknown> => inside.query(sql, parameters);
        // Held so that the tenant cannot be archived or switched off between here and the queue.
        await requireEnabled(inside, await visibleTenant(inside, caller, row.tenantId, 'pessimistic_read'));
        if (!(await holdWaiting(query, importId))) throw new Conflict(GONE);
        const held = await heldChanges(query, importId);
        const unknown = (changeIds ?? []).filter((id) => !held.some((change) => change.id === id));
        if (unknown.length > 0) {
          throw new Invalid([
            { pointer: '/changeIds', message: `changeIds names changes that are not held by this import: ${unknown.join(', ')}` },
          ]);
        }
        const approved = held.filter((change) => changeIds === undefined || changeIds.includes(change.id)).map((change) => change.name);
        const at = new Date(this.services.clock.now()).toISOString();
        if (!(await approveHeld(query, importId, digest, { by: actor.name, at, approved }))) throw new Conflict(GONE);
        await record(
          inside,
          actor,
          { action: 'approve', ...namedImport(row) },
          { after: { digest, changes: approved.length, held: held.length } },
        );
        await this.services.queue.enqueueImport(importId, { manager: inside, goesFirst: true });
      });
    } catch (error) {
      if (!violates(error, 'imports_one_at_a_time')) throw error;
      await this.#imports.requireNoneUnderWay(row.tenantId);
      throw new Conflict('Another import of this tenant ended at this moment. Repeat the request.');
    }
    return this.#imports.one(caller, importId);
  }

  /** Lets go of everything held; the next import decides anew. @throws Conflict when it holds nothing any more. */
  async discard(caller: Caller, importId: string): Promise<Import> {
    const row = await this.#imports.one(caller, importId);
    const { manager } = this.services.dataSource;
    const actor = actorOf(caller);
    await manager.transaction(async (inside) => {
      const state = await discardHeld((sql, parameters) => inside.query(sql, parameters), importId, actor.name);
      if (state === null) throw new Conflict(GONE);
      await record(inside, actor, { action: 'discard', ...namedImport(row) }, { before: { digest: row.digest, held: row.counts.held } });
    });
    return this.#imports.one(caller, importId);
  }
}
