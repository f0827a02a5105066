import type { WriteOutcome } from '../vendors.js';

/** What the creating of records of one kind needs of its surroundings. */
export interface CreateOps<Item, Shown> {
  /** Notes that a call with these goes out now. */
  markSent(items: readonly Item[]): Promise<void>;
  /** One POST. */
  post(items: readonly Item[]): Promise<WriteOutcome<Shown>>;
  /** Which of the items a record in an answer is, if it can be told. */
  recognise(items: readonly Item[], shown: Shown): Item | undefined;
  /** A new, complete look at what these items may have become, by their keys. */
  find(items: readonly Item[]): Promise<Map<Item, Shown>>;
  settle(created: ReadonlyMap<Item, Shown>): Promise<void>;
  fail(items: readonly Item[], message: string): Promise<void>;
  /** Lets what may still be on its way arrive. */
  wait(): Promise<void>;
  /** Throws when the import is to stop. */
  check(): Promise<void>;
}

/** How many records one POST creates. Small, because a refused array is followed by a look. */
const ARRAY = 25;

/**
 * Creates records in a PSA that has no idempotency key, whose arrays are not known to be atomic, and whose answers get lost.
 *
 * Nothing is ever posted again blindly: after anything but a clean 2xx that names every record, a new look finds by key what was
 * stored, and only the rest is posted again: halved after a refusal, alone after an unclear end, and not at all when we
 * stopped waiting for an answer, for then it may still be stored after the look.
 */
export async function createRecords<Item, Shown>(items: readonly Item[], ops: CreateOps<Item, Shown>, arraySize = ARRAY): Promise<void> {
  const queue: { items: readonly Item[]; last: boolean }[] = [];
  for (let at = 0; at < items.length; at += arraySize) queue.push({ items: items.slice(at, at + arraySize), last: false });
  const unseen: Item[] = [];
  let proven = false;

  /** Looks for items, settles what is there, answers what is not. */
  const look = async (wanted: readonly Item[]): Promise<Item[]> => {
    if (wanted.length === 0) return [];
    const found = await ops.find(wanted);
    await ops.settle(found);
    return wanted.filter((item) => !found.has(item));
  };
  /** The same, twice, with time in between for what is still on its way. */
  const lookTwice = async (wanted: readonly Item[]): Promise<Item[]> => {
    const missing = await look(wanted);
    if (missing.length === 0) return missing;
    await ops.wait();
    return look(missing);
  };
  const again = (missing: readonly Item[]): void => {
    for (const item of missing) queue.push({ items: [item], last: true });
  };

  for (;;) {
    const batch = queue.shift();
    if (!batch) {
      // Answers to arrays name only some of their records: one look learns all ids at once.
      const missing = await lookTwice(unseen.splice(0));
      if (missing.length === 0) return;
      again(missing);
      continue;
    }
    await ops.check();
    await ops.markSent(batch.items);
    const outcome = await ops.post(batch.items);
    if (outcome.kind === 'stored') {
      const recognised = new Map<Item, Shown>();
      for (const shown of outcome.shown) {
        const item = ops.recognise(batch.items, shown);
        if (item !== undefined) recognised.set(item, shown);
      }
      await ops.settle(recognised);
      const rest = batch.items.filter((item) => !recognised.has(item));
      if (rest.length === 0) continue;
      if (batch.last) {
        const missing = await lookTwice(rest);
        await ops.fail(missing, 'HaloPSA answered that it stored this, but does not list it. The next import looks for it again.');
      } else if (batch.items.length > 1 && !proven) {
        // The first array shows whether arrays are stored whole; if not, everything else goes one by one.
        const missing = await lookTwice(rest);
        proven = missing.length === 0;
        if (!proven) {
          const waiting = queue.splice(0).flatMap((next) => next.items.map((item) => ({ items: [item], last: next.last })));
          queue.push(...waiting);
        }
        again(missing);
      } else unseen.push(...rest);
      continue;
    }
    if (outcome.kind === 'refused') {
      const missing = await look(batch.items);
      if (missing.length === 0) continue;
      if (batch.items.length === 1) await ops.fail(missing, outcome.message);
      else {
        const half = Math.ceil(missing.length / 2);
        queue.unshift(...[missing.slice(0, half), missing.slice(half)].filter((part) => part.length > 0).map((part) => ({ items: part, last: false })));
      }
      continue;
    }
    const missing = await lookTwice(batch.items);
    if (missing.length === 0) continue;
    if (outcome.late || batch.last) {
      await ops.fail(missing, `There was no clear answer (${outcome.message}), and it is not listed. It is not sent again now, so that no twin is made; the next import looks for it first.`);
    } else again(missing);
  }
}
