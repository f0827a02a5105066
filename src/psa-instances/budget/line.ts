/** A caller that waits for its turn. */
export interface Waiter {
  go(): void;
  fail(error: unknown): void;
  /** Rejects with the reason once the caller may go on no more. */
  permit: (() => Promise<void>) | undefined;
}

/** The callers of one process that wait, first come first served. */
export class Line {
  private readonly waiters = new Set<Waiter>();
  /** Told when the last one gave up. */
  onEmpty?: () => void;

  get length(): number {
    return this.waiters.size;
  }

  /** Resolves when it is the caller's turn. Rejects with the signal's reason when that is aborted first. */
  async wait(signal?: AbortSignal, permit?: () => Promise<void>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { go: resolve, fail: reject, permit };
    const giveUp = (): void => {
      this.waiters.delete(waiter);
      reject(signal?.reason as Error);
      if (this.waiters.size === 0) this.onEmpty?.();
    };
    this.waiters.add(waiter);
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** Asks for each whether it may still go on; those who may not leave the line, and fail with the reason. */
  async ask(): Promise<void> {
    for (const waiter of this.waiters) {
      try {
        await waiter.permit?.();
      } catch (error) {
        this.waiters.delete(waiter);
        waiter.fail(error);
      }
    }
  }

  /** Lets so many go, and says how many turns were left over. */
  admit(count: number): number {
    let left = count;
    for (const waiter of this.waiters) {
      if (left === 0) break;
      this.waiters.delete(waiter);
      waiter.go();
      left -= 1;
    }
    return left;
  }

  failAll(error: unknown): void {
    for (const waiter of this.waiters) waiter.fail(error);
    this.waiters.clear();
  }
}
