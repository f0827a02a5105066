import type { Pace } from './pace.js';

/** A token as a vendor gives it: opaque, with its life in seconds. */
export interface FreshToken {
  value: string;
  lifeSeconds: number;
}

export interface SharedTokenOptions {
  /** Asks the vendor for a new token. Never called twice at the same time. */
  fetch(): Promise<FreshToken>;
  pace: Pace;
  /** How long before its end a token is renewed. Default 90 s; at most half of the token's life. */
  marginMs?: number;
}

/** One token for all concurrent calls: fetched once, renewed before it ends, dropped when a call found it dead. */
export class SharedToken {
  private readonly options: SharedTokenOptions;
  private current?: { value: string; renewAt: number };
  private underWay?: Promise<string>;

  constructor(options: SharedTokenOptions) {
    this.options = options;
  }

  /** The token to use now. Rejects with whatever fetching it rejected with; the next call tries again. */
  async get(): Promise<string> {
    if (this.current && this.options.pace.now() < this.current.renewAt) return this.current.value;
    this.underWay ??= this.renew().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  /** Forgets a token that was refused; one that replaced it meanwhile stays. */
  drop(value: string): void {
    if (this.current?.value === value) this.current = undefined;
  }

  private async renew(): Promise<string> {
    // Counted from before the call, as its life may have begun any time during it.
    const askedAt = this.options.pace.now();
    const { value, lifeSeconds } = await this.options.fetch();
    const lifeMs = lifeSeconds * 1000;
    this.current = { value, renewAt: askedAt + lifeMs - Math.min(this.options.marginMs ?? 90_000, lifeMs / 2) };
    return value;
  }
}
