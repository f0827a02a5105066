/** What it takes to note items as sent while the call before theirs is on its way. */
export interface Ahead<Item> {
  /** Throws when, since they were noted, the import was taken over or somebody asked for it to end. */
  stillWanted(): Promise<void>;
  /** Notes of items that were noted as sent that no call carried them: they are planned as before. */
  takeBack(items: readonly Item[]): Promise<void>;
}

/** What is noted as sent, and not posted yet, while the call before it is on its way. */
export class NotedAhead<Item> {
  #noted: Promise<readonly Item[]> | undefined;

  constructor(private readonly ops: { markSent(items: readonly Item[]): Promise<readonly Item[]>; ahead?: Ahead<Item> }) {}

  /** Whether anything waits to be posted or taken back. */
  get waits(): boolean {
    return this.#noted !== undefined;
  }

  /** Begins to note them. Only when nothing waits. */
  note(items: readonly Item[]): void {
    this.#noted = this.ops.markSent(items);
    // Whoever takes them hears of it.
    this.#noted.catch(() => undefined);
  }

  /** Gives what is to be posted, now that its turn has come. Until then, and if this throws, it waits. */
  async take(): Promise<readonly Item[]> {
    const items = (await this.#noted) ?? [];
    await this.ops.ahead?.stillWanted();
    this.#noted = undefined;
    return items;
  }

  /** Gives what waited, noted as not sent. */
  async takeBack(): Promise<readonly Item[]> {
    const noted = this.#noted;
    this.#noted = undefined;
    // Nothing of what could not be noted is noted.
    const items = (await noted?.catch(() => [])) ?? [];
    if (items.length > 0) await this.ops.ahead?.takeBack(items);
    return items;
  }
}
