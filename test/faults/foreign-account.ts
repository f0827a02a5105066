import type { Sandbox } from '../../src/sandbox/index.js';

type World = Sandbox['marketplace']['world'];
type Rows = ReturnType<typeof rowsOf>;

function rowsOf({ customers, subscriptions, orders }: World) {
  return {
    customers: customers.newestFirst().toReversed(),
    subscriptions: subscriptions.newestFirst().toReversed(),
    orders: orders.newestFirst().toReversed(),
  };
}

/** Another reseller's account that answers at the same address with the same credentials, as a wrong region or a mixed-up session does. */
export class ForeignAccount {
  private own?: Rows;

  constructor(
    private readonly sandbox: Sandbox,
    /** Whose rows it shows, under other ids. */
    private readonly other: Sandbox,
  ) {}

  get entered(): boolean {
    return this.own !== undefined;
  }

  /** From now on it answers. */
  enter(): void {
    if (this.own) return;
    const { world } = this.sandbox.marketplace;
    this.own = rowsOf(world);
    const { customers, subscriptions, orders } = structuredClone(rowsOf(this.other.marketplace.world));
    const foreign = (id: string): string => `77${id}`;
    world.customers.fill(customers.map((row) => ({ ...row, id: foreign(row.id) })));
    world.subscriptions.fill(subscriptions.map((row) => ({ ...row, id: foreign(row.id), customerId: foreign(row.customerId) })));
    world.orders.fill(orders.map((row) => ({ ...row, id: foreign(row.id), customerId: foreign(row.customerId) })));
  }

  /** The right one answers again. */
  leave(): void {
    if (!this.own) return;
    const { world } = this.sandbox.marketplace;
    world.customers.fill(this.own.customers);
    world.subscriptions.fill(this.own.subscriptions);
    world.orders.fill(this.own.orders);
    delete this.own;
  }
}
