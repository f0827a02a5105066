import { Pool, type PoolClient, type PoolConfig } from 'pg';

/** So many connections are enough for the short statements of the imports that a process runs at once. */
const FEW = 3;
/** One who waited for so long, in milliseconds, waits behind long statements: then one more connection takes less time than they do. */
const PATIENCE_MS = 100;

export interface SparingPoolConfig extends PoolConfig {
  few?: number;
  patienceMs?: number;
}

/**
 * A pool that has a few connections do the work, and opens another one, up to `max`, only for whoever has waited for a while. Each connection has
 * to plan every statement anew, and does so for its first five times at least, which takes Postgres longer than carrying them out. So what comes at
 * once, but is soon done, had better stand in line.
 *
 * Node-postgres asks for `options.max` each time whether another one may be opened, so that moves. A line of our own in front of the pool would have to
 * repeat what the pool's own has: its time limit, its order, what becomes of it when the pool ends.
 */
export class SparingPool extends Pool {
  readonly #few: number;
  readonly #most: number;
  readonly #patienceMs: number;
  /** How many have got a connection so far. */
  #served = 0;
  #waiting: NodeJS.Timeout | undefined;

  constructor({ few = FEW, patienceMs = PATIENCE_MS, ...config }: SparingPoolConfig = {}) {
    const most = config.max ?? 10;
    super({ ...config, max: Math.min(few, most) });
    this.#few = few;
    this.#most = most;
    this.#patienceMs = patienceMs;
    this.on('acquire', () => (this.#served += 1));
    // One that nobody had used for a while: the next one is opened as the first ones were.
    this.on('remove', () => (this.options.max = Math.min(this.#most, Math.max(this.#few, this.totalCount))));
  }

  override connect(): Promise<PoolClient>;
  override connect(told: Parameters<Pool['connect']>[0]): void;
  override connect(told?: Parameters<Pool['connect']>[0]): Promise<PoolClient> | void {
    const connecting = told ? super.connect(told) : super.connect();
    if (this.waitingCount > this.idleCount) this.#watch();
    return connecting;
  }

  /** Opens another connection if those that wait now have not all got one in time. */
  #watch(): void {
    if (this.#waiting || this.options.max >= this.#most) return;
    const all = this.#served + this.waitingCount;
    this.#waiting = setTimeout(() => {
      this.#waiting = undefined;
      if (this.ending || this.waitingCount === 0) return;
      if (this.#served < all) {
        this.options.max += 1;
        // Whoever has waited for longest gets it.
        super.connect((_error, _client, release) => release());
      }
      this.#watch();
    }, this.#patienceMs).unref();
  }
}
