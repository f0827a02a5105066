import type { Import } from '../../entities/index.js';

/** Whether somebody waits for this import, so that it goes before those of the schedule: asked for by a person or an event, or approved. */
export function goesFirst({ trigger, slot, approval }: Pick<Import, 'trigger' | 'slot' | 'approval'>): boolean {
  return trigger !== 'integrator' || slot === null || approval !== null;
}
