import type { Malformed } from '../domain/index.js';
import type { MarketplaceLook } from './look-marketplace.js';
import type { PartScope } from './store/part-rows.js';
import { ownersOf, partition, type Part } from './store/parts.js';
import type { Queryable } from './store/query.js';

/** About how many records of the marketplace are planned at a time. */
export const PART_SIZE = 1500;

/** One part, and what of the look is nobody else's to say. */
export interface Turn {
  customerIds: string[];
  customersMalformed: Malformed[];
  subscriptionsMalformed: Malformed[];
}

export interface TurnsContext {
  db: Queryable;
  from: Pick<PartScope, 'tenantId' | 'subscriptions'>;
  /** The customers that the import is for; null for all. */
  scope: readonly string[] | null;
  look: Pick<MarketplaceLook, 'customers' | 'subscriptions'>;
  partSize?: number;
}

/** The parts, one after the other. */
export async function turnsOf({ db, from, scope, look, partSize }: TurnsContext): Promise<() => Generator<Turn>> {
  const malformed = look.customers.malformed.filter(({ id }) => id !== undefined);
  const nameless = look.customers.malformed.filter(({ id }) => id === undefined);
  const unread = look.subscriptions?.malformed ?? [];
  const owners = await ownersOf(
    db,
    from.tenantId,
    unread.flatMap(({ id }) => id ?? []),
  );
  const of = { tenantId: from.tenantId, subscriptions: from.subscriptions, malformed: malformed.map(({ id }) => id!) };
  const parts: readonly Part[] = scope ? [[...scope]] : await partition(db, { ...of, size: partSize ?? PART_SIZE });
  return function* turns() {
    const left = new Set(unread);
    const said = [...nameless];
    for (const [at, customerIds] of parts.entries()) {
      const mine = new Set(customerIds);
      const last = at === parts.length - 1;
      const subscriptionsMalformed = [...left].filter(({ id }) => last || (id !== undefined && mine.has(owners.get(id) ?? '')));
      for (const one of subscriptionsMalformed) left.delete(one);
      yield {
        customerIds,
        customersMalformed: [...(scope ? [] : said.splice(0)), ...malformed.filter(({ id }) => mine.has(id!))],
        subscriptionsMalformed,
      };
    }
  };
}
