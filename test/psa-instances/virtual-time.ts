/**
 * Time that several processes share in a test: it stands still while any of them does something, and jumps to the next one that
 * sleeps once all sleep. So waits take no real time and their order is that of real ones.
 */
export class VirtualTime {
  private at = Date.parse('2026-03-01T00:00:00Z');
  private awake: number;
  private sleepers: { wakeAt: number; wake: () => void }[] = [];

  /** @param processes How many there are, all awake. */
  constructor(processes: number) {
    this.awake = processes;
  }

  now(): number {
    return this.at;
  }

  /** Time that passes without anyone sleeping. */
  move(ms: number): void {
    this.at += ms;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const sleeper = { wakeAt: this.at + ms, wake: resolve };
      this.sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        if (!this.sleepers.includes(sleeper)) return;
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        this.awake += 1;
        reject(signal.reason as Error);
      });
      this.leave();
    });
  }

  /** A process is done, or does nothing but sleep. */
  leave(): void {
    this.awake -= 1;
    if (this.awake > 0) return;
    const next = this.sleepers.toSorted((a, b) => a.wakeAt - b.wakeAt)[0];
    if (!next) return;
    this.sleepers = this.sleepers.filter((other) => other !== next);
    this.at = Math.max(this.at, next.wakeAt);
    this.awake += 1;
    next.wake();
  }
}
