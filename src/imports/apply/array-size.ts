/** An array that took no longer than this may be followed by one of twice the size, in milliseconds. */
const EASY_MS = 10_000;
/** One that took longer is followed by smaller ones: a write that is not answered within a minute has an unknown end. In milliseconds. */
const HARD_MS = 25_000;

/** How many records the next array holds: more while arrays are stored quickly, fewer once one was refused or took long. */
export class ArraySize {
  #next: number;

  /**
   * @param first To begin with: small where a refusal is dear.
   * @param most What the PSA instance takes, by its settings.
   */
  constructor(
    first: number,
    private readonly most: number,
  ) {
    this.#next = Math.max(1, Math.min(first, most));
  }

  get next(): number {
    return this.#next;
  }

  /** So many records were stored by one call that took so many milliseconds. */
  stored(count: number, ms: number): void {
    if (ms > HARD_MS) this.notStored(count);
    else if (ms <= EASY_MS && count >= this.#next) this.#next = Math.min(this.most, this.#next * 2);
  }

  /** An array of so many was refused, or its end is not clear. */
  notStored(count: number): void {
    this.#next = Math.max(1, Math.min(this.#next, Math.ceil(count / 2)));
  }
}
