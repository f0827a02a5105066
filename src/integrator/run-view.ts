import { IsIn, IsISO8601, IsString } from 'class-validator';
import type { Import, ImportState, IntegratorSlot } from '../../entities/index.js';
import { Nullable, UuidField } from '../http/dto.js';
import { Line, MayBeAbsent } from '../http/fields.js';
import { IMPORT_STATES } from '../imports/import-view.js';

const STATES = ['started', 'waiting', 'left_alone'] as const;

/** What became of one day of a schedule. */
export class LastRun {
  /** The day in the tenant's time zone, `YYYY-MM-DD`. */
  @IsString() slot: string;
  /** `waiting`: for another import to be over. `left_alone`: see the note. */
  @IsIn([...STATES]) state: IntegratorSlot['state'];
  @Nullable() @UuidField() importId: string | null;
  /** Why it was left alone, waits or came late: sentences. */
  @Nullable() @IsString() note: string | null;
}

export class RunView extends LastRun {
  @IsISO8601() dueAt: string;
  /** When it was taken. */
  @IsISO8601() takenAt: string;
  /** The state of its import. */
  @Nullable() @IsIn([...IMPORT_STATES]) importState: ImportState | null;
}

export class Pause {
  /** For others to read; by default, who paused it. */
  @MayBeAbsent() @Line(500) why?: string;
}

export function viewOfLastRun({ slot, state, importId, note }: IntegratorSlot): Pick<LastRun, keyof LastRun> {
  return { slot, state, importId, note };
}

export function viewOfRun(slot: IntegratorSlot, started: Import | null): RunView {
  return {
    ...viewOfLastRun(slot),
    dueAt: slot.dueAt.toISOString(),
    takenAt: slot.createdAt.toISOString(),
    importState: started?.state ?? null,
  };
}
