import type { Pace } from '../../src/egress/index.js';

/** A clock that jumps to the next sleeper as soon as nothing else is to be done: waits take no real time, and keep their order. */
export class VirtualPace implements Pace {
  readonly slept: number[] = [];
  chance = 0;
  /** Told how far the clock jumps, for others that are to go along. */
  onJump?: (ms: number) => void;
  private time = Date.parse('2026-03-01T00:00:00Z');
  private sleepers: { wakeAt: number; wake(): void }[] = [];
  private timer?: NodeJS.Immediate;

  now(): number {
    return this.time;
  }

  random(): number {
    return this.chance;
  }

  /** Time that passes without anyone sleeping. Negative: the clock is set back. */
  move(ms: number): void {
    this.time += ms;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(ms);
    await new Promise<void>((resolve, reject) => {
      const sleeper = { wakeAt: this.time + ms, wake: resolve };
      this.sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        reject(signal.reason);
      });
      this.schedule();
    });
  }

  private schedule(): void {
    this.timer ??= setImmediate(() => {
      this.timer = undefined;
      this.sleepers.sort((a, b) => a.wakeAt - b.wakeAt);
      const first = this.sleepers.shift();
      if (!first) return;
      const jump = Math.max(0, first.wakeAt - this.time);
      this.time += jump;
      this.onJump?.(jump);
      first.wake();
      if (this.sleepers.length > 0) this.schedule();
    });
  }
}
