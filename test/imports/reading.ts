import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { addClient, addCustomer, addSubscription, EMPTY, product } from './people.js';
import { stage, type Stage } from './stage.js';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Two customers with three subscriptions, all of them imported, before each test of a file. */
export class Reading {
  on!: Stage;
  customerId = '';
  otherId = '';
  /** Of the subscriptions: two of the first customer, one of the other. */
  ids: string[] = [];

  constructor() {
    beforeAll(async () => {
      this.on = await stage(EMPTY);
    });
    beforeEach(() => this.begin());
    afterAll(() => this.on.close());
  }

  pass(ms: number): void {
    this.on.sandbox.kernel.clock.advance(ms);
  }

  /** The subscriptions that the next import reads by their ids. */
  async read(options: { customerId?: string; preview?: boolean } = {}): Promise<string[]> {
    this.on.sandbox.kernel.calls.clear();
    await this.on.run(options);
    return this.readNow().toSorted();
  }

  /** Those that were read since calls were last forgotten, in their order. */
  readNow(): string[] {
    return this.on.sandbox.kernel.calls.all().flatMap((call) => /^\/subscriptions\/(\d+)$/.exec(call.path)?.[1] ?? []);
  }

  private async begin(): Promise<void> {
    const { on } = this;
    await on.reset(EMPTY);
    for (const name of ['Contoso', 'Fabrikam']) await addClient(on, name);
    [this.customerId, this.otherId] = [addCustomer(on, 'Contoso'), addCustomer(on, 'Fabrikam')];
    this.ids = [
      addSubscription(on, this.customerId, [product('A')]),
      addSubscription(on, this.customerId, [product('B')]),
      addSubscription(on, this.otherId, [product('C')]),
    ];
    await on.run();
  }
}
