import { SettledPlan, type SettledPart } from '../../../entities/index.js';
import type { MappingDecision, Plan } from '../plan/input.js';
import type { Print, SettledParts } from '../plan-parts.js';
import type { ImportHold } from './import-row.js';
import { jsonParameter, type Queryable } from './query.js';
import { digestOf } from './shown.js';
import { repeatSkips, type SkipRange } from './skips.js';

/**
 * The parts of a tenant's plans in which all is as it should be. The planner is pure, so what was planned from the same is not planned again: it
 * is counted as before, and leaves the same alone.
 */
export class Settled implements SettledParts {
  /** What was counted in the parts that were not planned again. */
  readonly unchanged = { clients: 0, licences: 0 };
  /** What was found out in them about customers that wait for a person. */
  readonly open: MappingDecision[] = [];
  /** Whether a customer in one of them is mapped to no client. */
  unmapped = false;
  readonly #parts: SettledPart[] = [];

  private constructor(
    private readonly hold: ImportHold,
    private readonly tenantId: string,
    private readonly basis: string,
    private readonly was: { importId: string; parts: ReadonlyMap<string, SettledPart> } | undefined,
  ) {}

  /** @param restsOn what all parts of a plan rest on; parts that were planned from anything else do not count. */
  static async load(db: Queryable, hold: ImportHold, tenantId: string, restsOn: unknown): Promise<Settled> {
    const basis = digestOf(JSON.stringify(restsOn));
    const rows = (await db.query(`SELECT import_id AS "importId", parts FROM settled_plans WHERE tenant_id = $1 AND basis = $2`, [
      tenantId,
      basis,
    ])) as Pick<SettledPlan, 'importId' | 'parts'>[];
    const [was] = rows.map(({ importId, parts }) => ({ importId, parts: new Map(parts.map((part) => [part.print, part])) }));
    return new Settled(hold, tenantId, basis, was);
  }

  get any(): boolean {
    return (this.was?.parts.size ?? 0) > 0;
  }

  get anyStuck(): boolean {
    return this.was !== undefined && this.was.parts.values().some(({ stuck }) => stuck);
  }

  async repeat(print: string): Promise<boolean> {
    const part = this.was?.parts.get(print);
    if (!part) return false;
    const skips = await this.#repeated(part);
    if (skips === undefined) return false;
    this.#parts.push({ ...part, skips });
    this.unchanged.clients += part.unchanged.clients;
    this.unchanged.licences += part.unchanged.licences;
    this.open.push(...part.open);
    this.unmapped ||= part.unmapped;
    return true;
  }

  async #repeated({ skips }: SettledPart): Promise<SkipRange | null | undefined> {
    if (skips === null) return null;
    const { importId } = this.was!;
    return this.hold.fenced((query) => repeatSkips(query, this.hold.importId, { importId, range: skips }));
  }

  /** Notes that a plan of this was settled, and where its skips are. */
  add(print: Print, { unchanged, skips, mappings }: Pick<Plan, 'unchanged' | 'skips' | 'mappings'>, range: SkipRange | null): void {
    this.#parts.push({
      print: print.digest,
      stuck: print.stuck,
      unchanged,
      skips: range,
      open: mappings,
      unmapped: skips.some(({ reason }) => reason === 'unmapped_customer'),
    });
  }

  /** Keeps what is settled now. Where that is what stands there, nothing is written. */
  async keep(): Promise<void> {
    const were = [...(this.was?.parts.values() ?? [])];
    const same = this.#parts.length === were.length && this.#parts.every((part) => part.skips === null && this.was?.parts.has(part.print));
    if (same) return;
    await this.hold.fenced((query) =>
      query(
        `INSERT INTO settled_plans (tenant_id, basis, import_id, parts) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id) DO UPDATE SET basis = excluded.basis, import_id = excluded.import_id, parts = excluded.parts`,
        [this.tenantId, this.basis, this.hold.importId, jsonParameter(this.#parts)],
      ),
    );
  }
}
