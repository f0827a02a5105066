import { ImportFailure } from '../failure.js';
import type { WriteOutcome } from '../vendors.js';
import { SETTLE_MS } from './context.js';

/** What the creating of records of one kind needs of its surroundings. */
export interface CreateOps<Item, Shown> {
  /** Notes that a call goes out now, and gives those that it is to carry; the others are settled by then. */
  markSent(items: readonly Item[]): Promise<readonly Item[]>;
  /** One POST. */
  post(items: readonly Item[]): Promise<WriteOutcome<Shown>>;
  /** Which of the items a record in an answer is, if it can be told. */
  recognise(items: readonly Item[], shown: Shown): Item | undefined;
  /** A new, complete look at what these items may have become, by their keys. */
  find(items: readonly Item[]): Promise<Map<Item, Shown>>;
  settle(created: ReadonlyMap<Item, Shown>): Promise<void>;
  fail(items: readonly Item[], message: string): Promise<void>;
  /** Waits so many milliseconds; throws when the import is to stop. */
  wait(ms: number): Promise<void>;
  /** Throws when the import is to stop. */
  check(): Promise<void>;
}

/** How many records one POST creates. Small, because a refused array is followed by a look. */
const ARRAY = 25;
/** After so many single records in a row that were refused, or whose end stayed unclear, the rest is not tried. */
const IN_A_ROW = 10;

/** How messages begin that tell of a create which may still be stored later. */
export const NO_CLEAR_ANSWER = 'There was no clear answer';

/**
 * Creates records in a PSA that has no idempotency key, whose arrays are not known to be atomic, and whose answers get lost.
 *
 * Nothing is ever posted again blindly: after anything but a clean 2xx that names every record, a new look finds by key what was
 * stored, and only the rest is posted again: halved after a refusal, alone and once after an unclear end, and not at all when
 * we stopped waiting for an answer, for then it may still be stored after the look.
 *
 * @throws ImportFailure when the PSA allows no such writes at all, or throttles them for good.
 */
export function createRecords<Item, Shown>(items: readonly Item[], ops: CreateOps<Item, Shown>): Promise<void> {
  return new Creation(items, ops).run();
}

type Refused = Extract<WriteOutcome<unknown>, { kind: 'refused' }>;
type Unclear = Extract<WriteOutcome<unknown>, { kind: 'unclear' }>;

class Creation<Item, Shown> {
  /** Arrays still to be posted. Each item is in one of these, or settled, or failed. */
  readonly #queue: (readonly Item[])[] = [];
  /** Posted with a clean end, and not seen yet. */
  #unseen: Item[] = [];
  /** Looked for in vain once: posted alone, for the last time. */
  readonly #lastTry = new Set<Item>();
  /** Whether an array was seen to be stored whole. */
  #arraysStored = false;
  /** The halves of a refused pair that passed alone: two of them mean that arrays are not taken. */
  #passedAlone = 0;
  #troubleInARow = 0;

  constructor(
    items: readonly Item[],
    private readonly ops: CreateOps<Item, Shown>,
  ) {
    for (let at = 0; at < items.length; at += ARRAY) this.#queue.push(items.slice(at, at + ARRAY));
  }

  async run(): Promise<void> {
    for (;;) {
      const batch = this.#queue.shift();
      if (batch) await this.#post(batch);
      else if (this.#unseen.length > 0) {
        // Answers to arrays may name some of their records only: one look learns all ids at once.
        this.#again(await this.#lookTwice(this.#unseen.splice(0)));
      } else return;
      if (this.#troubleInARow >= IN_A_ROW && this.#queue.length > 0) {
        const message = `HaloPSA took none of the last ${IN_A_ROW} of these, so the rest was not tried.`;
        await this.ops.fail(this.#queue.splice(0).flat(), message);
      }
    }
  }

  async #post(wanted: readonly Item[]): Promise<void> {
    await this.ops.check();
    const batch = await this.ops.markSent(wanted);
    if (batch.length === 0) return;
    const outcome = await this.ops.post(batch);
    if (outcome.kind === 'refused') return this.#refused(batch, outcome);
    if (outcome.kind === 'unclear') return this.#unclear(batch, outcome);
    this.#troubleInARow = 0;
    const seen = new Map<Item, Shown>();
    for (const shown of outcome.shown) {
      const item = this.ops.recognise(batch, shown);
      if (item !== undefined) seen.set(item, shown);
    }
    await this.ops.settle(seen);
    const rest = batch.filter((item) => !seen.has(item));
    if (batch.length > 1 && rest.length === 0) this.#arraysStored = true;
    if (rest.length === 0) return;
    if (rest.some((item) => this.#lastTry.has(item))) {
      await this.ops.fail(
        await this.#lookTwice(rest),
        'HaloPSA answered that it stored this, but does not list it. The next import looks for it again.',
      );
    } else if (batch.length === 1 || this.#arraysStored) this.#unseen.push(...rest);
    else {
      // The first array shows whether arrays are stored whole; if not, everything goes one by one.
      const missing = await this.#lookTwice(rest);
      this.#arraysStored = missing.length === 0;
      if (!this.#arraysStored) this.#onlySingles();
      this.#again(missing);
    }
  }

  async #refused(batch: readonly Item[], { status, message }: Refused): Promise<void> {
    // Arrays are not known to be atomic: those before the bad one may be stored.
    const missing = await this.#look(batch);
    if (status === 401 || status === 403 || status === 429) {
      await this.ops.fail(missing, message);
      throw status === 429
        ? new ImportFailure('vendor', 'psa_throttled', `${message} Nothing more was written; import again later.`)
        : new ImportFailure('configuration', 'psa_permission', message);
    }
    if (missing.length === 0) return;
    if (batch.length === 1) {
      this.#troubleInARow += 1;
      this.#passedAlone = 0;
      return this.ops.fail(missing, message);
    }
    if (batch.length === 2 && missing.length === 2) return this.#pair(missing);
    const half = Math.ceil(missing.length / 2);
    this.#queue.unshift(...[missing.slice(0, half), missing.slice(half)].filter((part) => part.length > 0));
  }

  /** A refused pair whose records both pass alone was refused for being an array. */
  async #pair(items: readonly Item[]): Promise<void> {
    this.#passedAlone = 0;
    for (const item of items) {
      this.#passedAlone += 1;
      await this.#post([item]);
    }
    if (this.#passedAlone === 2 && !this.#arraysStored) this.#onlySingles();
  }

  async #unclear(batch: readonly Item[], { message, late }: Unclear): Promise<void> {
    const missing = await this.#lookTwice(batch);
    if (missing.length === 0) {
      this.#troubleInARow = 0;
      return;
    }
    if (batch.length === 1) this.#troubleInARow += 1;
    this.#passedAlone = 0;
    const over = late ? missing : missing.filter((item) => this.#lastTry.has(item));
    await this.ops.fail(
      over,
      `${NO_CLEAR_ANSWER} (${message}), and it is not listed. It is not sent again now, so that no twin is made; the next import looks for it first.`,
    );
    this.#again(missing.filter((item) => !over.includes(item)));
  }

  #onlySingles(): void {
    this.#queue.push(...this.#queue.splice(0).flatMap((waiting) => waiting.map((item) => [item])));
  }

  #again(missing: readonly Item[]): void {
    for (const item of missing) {
      this.#lastTry.add(item);
      this.#queue.push([item]);
    }
  }

  /** Looks for items, settles what is there, answers what is not. */
  async #look(wanted: readonly Item[]): Promise<Item[]> {
    if (wanted.length === 0) return [];
    const found = await this.ops.find(wanted);
    await this.ops.settle(found);
    return wanted.filter((item) => !found.has(item));
  }

  /** The same, twice, with time in between for what is still on its way. */
  async #lookTwice(wanted: readonly Item[]): Promise<Item[]> {
    const missing = await this.#look(wanted);
    if (missing.length === 0) return missing;
    await this.ops.wait(SETTLE_MS);
    return this.#look(missing);
  }
}
