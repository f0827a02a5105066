import { expect } from '@jest/globals';
import type { Call } from '../../src/sandbox/index.js';
import { activeLicences, endState, type EndState } from './end-state.js';
import { Installation } from './installation.js';
import { calmSandbox, type Size } from './lanes.js';

export interface Undisturbed {
  state: EndState;
  /** All that were made. */
  calls: Call[];
}

/** An import that nobody disturbs, to compare with. */
export async function undisturbed(size: Size): Promise<Undisturbed> {
  const sandbox = await calmSandbox(size);
  const installation = await Installation.on(sandbox);
  try {
    const service = await installation.start('all');
    await installation.connect(service);
    const before = activeLicences(sandbox);
    const { state } = await installation.over(await installation.startImport(service));
    expect(state).toBe('succeeded_with_skips');
    expect(activeLicences(sandbox)).toEqual(expect.arrayContaining(before));
    return { state: await endState(installation), calls: sandbox.kernel.calls.all() };
  } finally {
    await installation.close();
    await sandbox.close();
  }
}
