import { expect } from '@jest/globals';
import type { Call } from '../../src/sandbox/index.js';
import { activeLicences, endState, type EndState } from './end-state.js';
import { Installation } from './installation.js';
import { calmSandbox, type Size } from './lanes.js';
import { FIRST_IMPORT } from './plots.js';

export interface Undisturbed {
  state: EndState;
  /** All that were made. */
  calls: Call[];
  /** Licences that it made inactive. */
  ended: number[];
}

/** The import of a plot that nobody disturbs, to compare with. */
export async function undisturbed(size: Size, plot = FIRST_IMPORT): Promise<Undisturbed> {
  const sandbox = await calmSandbox(size);
  const installation = await Installation.on(sandbox);
  try {
    const service = await installation.start('all');
    await plot.prepare(installation, service);
    sandbox.kernel.calls.clear();
    const before = activeLicences(sandbox);
    const { state } = await installation.over(await plot.start(installation, service));
    expect(state).toBe('succeeded_with_skips');
    const now = activeLicences(sandbox);
    return { state: await endState(installation), calls: sandbox.kernel.calls.all(), ended: before.filter((id) => !now.includes(id)) };
  } finally {
    await installation.close();
    await sandbox.close();
  }
}
