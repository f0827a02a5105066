import { prepared } from '../../database/prepared.js';
import { SettledPlan, type SettledPart } from '../../../entities/index.js';
import type { MappingDecision, Plan } from '../plan/input.js';
import { AttemptLost } from '../failure.js';
import type { Print, SettledParts } from '../settled-parts.js';
import { HELD_IMPORT, type ImportHold } from './import-row.js';
import { execute, jsonParameter, type Queryable } from './query.js';
import { digestOf } from './shown.js';
import { repeatSkips, type SkipRange } from './skips.js';

/** Some of the skips are not there any more; thrown so that the others are not stored either. */
const GONE = new Error('skips are gone');

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
  #ground: string | null = null;

  private constructor(
    private readonly db: Queryable,
    private readonly hold: ImportHold,
    private readonly tenantId: string,
    private readonly basis: string,
    private readonly was: { importId: string; parts: ReadonlyMap<string, SettledPart>; ground: string | null } | undefined,
  ) {}

  /** @param restsOn what all parts of a plan rest on; parts that were planned from anything else do not count. */
  static async load(db: Queryable, hold: ImportHold, tenantId: string, restsOn: unknown): Promise<Settled> {
    const basis = digestOf(JSON.stringify(restsOn));
    const rows = await execute<Pick<SettledPlan, 'importId' | 'parts' | 'ground'>>(
      db,
      `SELECT import_id AS "importId", parts, ground FROM settled_plans WHERE tenant_id = $1 AND basis = $2`,
      [tenantId, basis],
    );
    const [was] = rows.map(({ importId, parts, ground }) => ({
      importId,
      ground,
      parts: new Map(parts.map((part) => [part.print, part])),
    }));
    return new Settled(db, hold, tenantId, basis, was);
  }

  get any(): boolean {
    return (this.was?.parts.size ?? 0) > 0;
  }

  get anyStuck(): boolean {
    return this.was !== undefined && this.was.parts.values().some(({ stuck }) => stuck);
  }

  async repeat(print: string): Promise<boolean> {
    const part = this.was?.parts.get(print);
    return part !== undefined && this.#repeat([part]);
  }

  async repeatAll(ground: string): Promise<boolean> {
    if (this.was === undefined || this.was.ground !== ground) return false;
    if (!(await this.#repeat([...this.was.parts.values()]))) return false;
    this.#ground = ground;
    return true;
  }

  allRestOn(ground: string): void {
    this.#ground = ground;
  }

  /** Has all of these count again, or none: not when skips of one of them are not there any more. */
  async #repeat(parts: readonly SettledPart[]): Promise<boolean> {
    const ranges = await this.#skipsAgain(parts);
    if (!ranges) return false;
    for (const [at, part] of parts.entries()) {
      this.#parts.push({ ...part, skips: ranges[at] ?? null });
      this.unchanged.clients += part.unchanged.clients;
      this.unchanged.licences += part.unchanged.licences;
      this.open.push(...part.open);
      this.unmapped ||= part.unmapped;
    }
    return true;
  }

  /** Stores the parts' skips once more, and answers where they are now; undefined, and stores none, when some are not there any more. */
  async #skipsAgain(parts: readonly SettledPart[]): Promise<(SkipRange | null)[] | undefined> {
    if (parts.every(({ skips }) => skips === null)) return parts.map(() => null);
    const { importId } = this.was!;
    try {
      return await this.hold.fenced(async (query) => {
        const ranges: (SkipRange | null)[] = [];
        for (const { skips } of parts) {
          const range = skips && (await repeatSkips(query, this.hold.importId, { importId, range: skips }));
          if (range === undefined) throw GONE;
          ranges.push(range);
        }
        return ranges;
      });
    } catch (error) {
      if (error !== GONE) throw error;
      return undefined;
    }
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
    if (same && this.#ground === (this.was?.ground ?? null)) return;
    const [kept] = (await this.db.query(KEEP, [
      this.hold.importId,
      this.hold.attempt,
      this.tenantId,
      this.basis,
      jsonParameter(this.#parts),
      this.#ground,
    ])) as unknown[];
    if (!kept) throw new AttemptLost();
  }
}

/** In one statement with its fence. */
const KEEP = prepared(
  'keep_settled_plan',
  `INSERT INTO settled_plans (tenant_id, basis, import_id, parts, ground)
   SELECT $3::uuid, $4, id, $5::jsonb, $6 FROM ${HELD_IMPORT}
   ON CONFLICT (tenant_id) DO UPDATE SET basis = excluded.basis, import_id = excluded.import_id, parts = excluded.parts, ground = excluded.ground
   RETURNING import_id`,
);
