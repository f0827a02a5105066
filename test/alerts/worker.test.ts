import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ToadScheduler } from 'toad-scheduler';
import { alertsWorker, tellOfImport } from '../../src/alerts/alerts-worker.js';
import { alertStage, type AlertStage } from './stage.js';

let on: AlertStage;
beforeEach(async () => {
  on = await alertStage();
});
afterEach(() => on.close());

const failed = { state: 'failed' as const, error: { actor: 'vendor' as const, code: 'marketplace_server', message: 'Down.' } };
const { signal } = new AbortController();

/** Lets everything go on until it has happened; the test's own time limit says when it never does. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await setImmediate();
}

describe('Telling by itself', () => {
  it('follows an import that ended', async () => {
    const { id } = await on.ended(failed);
    await tellOfImport(on.services, id, signal);
    expect(on.tickets()).toHaveLength(1);
  });

  it('does not follow a preview, nor an import that goes on', async () => {
    await on.ended(failed);
    for (const changes of [{ ...failed, preview: true }, { state: 'running' as const }]) {
      const { id } = await on.ended(changes);
      await tellOfImport(on.services, id, signal);
    }
    expect(on.tickets()).toEqual([]);
  });

  it('never fails an import, whatever fails it', async () => {
    const { id } = await on.ended(failed);
    on.sandbox.kernel.faults.add({ vendor: 'psa', status: 401, times: 0 });
    await expect(tellOfImport(on.services, id, signal)).resolves.toBeUndefined();
    await on.database.dataSource.destroy();
    await expect(tellOfImport(on.services, id, signal)).resolves.toBeUndefined();
  });

  it('begins with the worker, comes back every five minutes and ends with it', async () => {
    jest.useFakeTimers({
      doNotFake: [
        'Date',
        'hrtime',
        'nextTick',
        'performance',
        'queueMicrotask',
        'setImmediate',
        'clearImmediate',
        'setTimeout',
        'clearTimeout',
      ],
    });
    const scheduler = new ToadScheduler();
    try {
      await on.ended(failed);
      const stop = await alertsWorker(on.services, { scheduler });
      await until(() => on.tickets().length === 1);
      await on.ended({ state: 'succeeded' });
      jest.advanceTimersByTime(4 * 60_000);
      expect(on.tickets()[0]!['status_id']).toBe(1);
      // A look that still goes on makes the next one wait.
      await until(() => {
        jest.advanceTimersByTime(60_000);
        return on.tickets()[0]!['status_id'] === 9;
      });
      await stop();
      expect(scheduler.existsById('alerts')).toBe(false);
      const row = (await on.rows())[0]!;
      expect(row.ticketId).not.toBeNull();
    } finally {
      scheduler.stop();
      jest.useRealTimers();
    }
  });
});
