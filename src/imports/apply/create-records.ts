import { ImportFailure } from '../failure.js';
import type { WriteOutcome } from '../vendors.js';
import { ArraySize } from './array-size.js';
import { NotedAhead, type Ahead } from './noted-ahead.js';
import type { Source } from '../store/plan-store.js';
import { SETTLE_MS } from './context.js';
import { Settling } from './settling.js';

/** What the creating of records of one kind needs of its surroundings. */
export interface CreateOps<Item, Shown> {
  /** The most records that one POST may hold. */
  readonly most: number;
  /** Milliseconds, of any clock. */
  now(): number;
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
  /** Without it, nothing is noted as sent before the call before it has ended. */
  ahead?: Ahead<Item>;
}

/** How many records the first POST of several creates. Few, because a refused array is followed by a look. */
const FIRST_ARRAY = 25;
/** After so many single records in a row that were refused, or whose end stayed unclear, the rest is not tried. */
const IN_A_ROW = 10;

/** What so many calls created is settled at once, at most: settling may take longer than a call. */
const SETTLED_AT_ONCE = 2;

/**
 * Where calls end within so many milliseconds, the next one is noted as sent while one is on its way. With slower ones hardly anything would be gained,
 * and what a person decides between the two would not be asked about any more.
 */
const QUICK_MS = 1000;

/** So many records whose ids are not known wait for one look together, at most. */
const MOST_UNSEEN = 20_000;

/** How messages begin that tell of a create which may still be stored later. */
export const NO_CLEAR_ANSWER = 'There was no clear answer';

/**
 * Creates records in a PSA that has no idempotency key, whose arrays are not known to be atomic, and whose answers get lost.
 *
 * Nothing is ever posted again blindly: after anything but a clean 2xx that names every record, a new look finds by key what was
 * stored, and only the rest is posted again: halved after a refusal, alone and once after an unclear end, and not at all when
 * we stopped waiting for an answer, for then it may still be stored after the look.
 *
 * @param items All of them, or what gives them some at a time.
 * @throws ImportFailure when the PSA allows no such writes at all, or throttles them for good.
 */
export function createRecords<Item, Shown>(items: readonly Item[] | Source<Item>, ops: CreateOps<Item, Shown>): Promise<void> {
  return new Creation(items, ops).run();
}

type Refused = Extract<WriteOutcome<unknown>, { kind: 'refused' }>;
type Unclear = Extract<WriteOutcome<unknown>, { kind: 'unclear' }>;

class Creation<Item, Shown> {
  // Each item is in one of the next three, or unseen, or settled, or failed.
  /** Parts of refused arrays: posted first. */
  readonly #parts: (readonly Item[])[] = [];
  /** Not posted yet, as far as it is known. */
  #rest: Item[];
  /** Gives more of it, until there is none. */
  #source: Source<Item> | undefined;
  /** To be posted alone, for the last time, once all others were. */
  readonly #again: Item[] = [];
  readonly #size: ArraySize;
  /** Arrays are not taken: one call for each. */
  #singly = false;
  /** Posted with a clean end, and not seen yet. */
  #unseen: Item[] = [];
  /** Looked for in vain once: posted alone, for the last time. */
  readonly #lastTry = new Set<Item>();
  /** Whether an array was seen to be stored whole. */
  #arraysStored = false;
  /** The last call soon stored all that it carried, and named it. */
  #passing = false;
  /** The halves of a refused pair that passed alone: two of them mean that arrays are not taken. */
  #passedAlone = 0;
  #troubleInARow = 0;
  /** Posted next, or taken back unless the call before ends well. */
  readonly #ahead: NotedAhead<Item>;
  /** What the last calls created, while the next ones, if there are any, are on their way. */
  readonly #settling = new Settling();

  constructor(
    items: readonly Item[] | Source<Item>,
    private readonly ops: CreateOps<Item, Shown>,
  ) {
    this.#rest = typeof items === 'function' ? [] : [...items];
    this.#source = typeof items === 'function' ? items : undefined;
    this.#size = new ArraySize(FIRST_ARRAY, ops.most);
    this.#ahead = new NotedAhead(ops);
  }

  async run(): Promise<void> {
    try {
      await this.#all();
    } finally {
      // However it ends: what was created is to be known. What was noted and stays so is looked for by the next attempt, as after a crash.
      await this.#takeBack().catch(() => undefined);
      await this.#settling.over();
    }
  }

  async #all(): Promise<void> {
    for (;;) {
      await this.#fill();
      const fresh = this.#parts.length === 0 && this.#rest.length > 0;
      const batch = this.#ahead.waits || this.#unseen.length >= MOST_UNSEEN ? [] : this.#next();
      if (this.#ahead.waits) await this.#post(() => this.#ahead.take(), true);
      else if (batch.length > 0) await this.#post(() => this.ops.markSent(batch), fresh);
      else if (this.#unseen.length > 0) {
        await this.#settling.over();
        // Answers to arrays may name some of their records only: one look learns all ids at once.
        this.#lastOfAll(await this.#lookTwice(this.#unseen.splice(0)));
      } else return;
      if (this.#troubleInARow >= IN_A_ROW) await this.#giveUp();
    }
  }

  /** Sees to it that a whole array's worth is known, if there is as much. */
  async #fill(): Promise<void> {
    while (this.#source && this.#rest.length < this.#size.next) {
      const more = await this.#source();
      if (more.length === 0) this.#source = undefined;
      else this.#rest = this.#rest.length === 0 ? [...more] : [...this.#rest, ...more];
    }
  }

  async #giveUp(): Promise<void> {
    const message = `HaloPSA took none of the last ${IN_A_ROW} of these, so the rest was not tried.`;
    let left: readonly Item[] = [...this.#parts.splice(0).flat(), ...this.#rest.splice(0), ...this.#again.splice(0)];
    do {
      if (left.length > 0) await this.ops.fail(left, message);
      left = (await this.#source?.()) ?? [];
    } while (left.length > 0);
    this.#source = undefined;
  }

  /** What is posted next; nothing when all was. */
  #next(): readonly Item[] {
    const part = this.#parts.shift();
    if (part && this.#singly && part.length > 1) this.#parts.unshift(...part.slice(1).map((item) => [item]));
    if (part) return this.#singly ? part.slice(0, 1) : part;
    return this.#rest.length > 0 ? this.#rest.splice(0, this.#singly ? 1 : this.#size.next) : this.#again.splice(0, 1);
  }

  /** Notes what goes out after this, while it is on its way. Only in the middle of arrays of full size that pass: what follows others depends on how they end. */
  #noteAhead(): void {
    const { next } = this.#size;
    const inTheMiddle = this.#passing && !this.#singly && this.#parts.length === 0 && next >= this.ops.most && this.#rest.length >= next;
    if (this.ops.ahead && inTheMiddle) this.#ahead.note(this.#rest.splice(0, next));
  }

  /** Has what was noted ahead wait for its turn again. */
  async #takeBack(): Promise<void> {
    this.#rest.unshift(...(await this.#ahead.takeBack()));
  }

  /**
   * @param note Notes what goes out now, and gives it.
   * @param fresh Nothing of it was posted before, so that how it ends says something about the size of arrays.
   */
  async #post(note: () => Promise<readonly Item[]>, fresh: boolean): Promise<void> {
    await this.ops.check();
    const batch = await note();
    if (batch.length === 0) return;
    const began = this.ops.now();
    const posting = this.ops.post(batch);
    if (fresh) this.#noteAhead();
    const outcome = await posting;
    const tookMs = this.ops.now() - began;
    this.#passing = false;
    await this.#settling.over({ but: outcome.kind === 'stored' ? SETTLED_AT_ONCE - 1 : 0 });
    if (fresh && outcome.kind === 'stored') this.#size.stored(batch.length, this.ops.now() - began);
    else if (fresh && batch.length > 1) this.#size.notStored(batch.length);
    if (outcome.kind !== 'stored') await this.#takeBack();
    if (outcome.kind === 'refused') return this.#refused(batch, outcome);
    if (outcome.kind === 'unclear') return this.#unclear(batch, outcome);
    this.#troubleInARow = 0;
    const seen = new Map<Item, Shown>();
    for (const shown of outcome.shown) {
      const item = this.ops.recognise(batch, shown);
      if (item !== undefined) seen.set(item, shown);
    }
    const rest = batch.filter((item) => !seen.has(item));
    if (batch.length > 1 && rest.length === 0) this.#arraysStored = true;
    if (rest.length === 0) {
      this.#passing = tookMs <= QUICK_MS;
      // Whether it was noted is heard before the end of the second call from here counts.
      return this.#settling.add(this.ops.settle(seen));
    }
    await this.#takeBack();
    await this.#settling.over();
    await this.ops.settle(seen);
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
      if (!this.#arraysStored) this.#singly = true;
      this.#lastOfAll(missing);
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
    this.#parts.unshift(...[missing.slice(0, half), missing.slice(half)].filter((part) => part.length > 0));
  }

  /** A refused pair whose records both pass alone was refused for being an array. */
  async #pair(items: readonly Item[]): Promise<void> {
    this.#passedAlone = 0;
    for (const item of items) {
      this.#passedAlone += 1;
      await this.#post(() => this.ops.markSent([item]), false);
    }
    if (this.#passedAlone === 2 && !this.#arraysStored) this.#singly = true;
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
    this.#lastOfAll(missing.filter((item) => !over.includes(item)));
  }

  #lastOfAll(missing: readonly Item[]): void {
    for (const item of missing) this.#lastTry.add(item);
    this.#again.push(...missing);
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
