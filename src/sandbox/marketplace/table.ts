/** Records by id and in the order the vendor lists them, newest first; those of one customer without looking at all of them. */
export class Table<T extends { id: string; customerId?: string }> {
  #byId = new Map<string, T>();
  #newestFirst: T[] = [];
  #highest = 0;
  #byCustomer: Map<string, T[]> | undefined;

  /** Replaces everything. Rows come oldest first. */
  fill(rows: readonly T[]): void {
    this.#byId = new Map(rows.map((row) => [row.id, row]));
    this.#newestFirst = rows.toReversed();
    this.#highest = rows.reduce((highest, row) => Math.max(highest, Number(row.id) || 0), 0);
    this.#byCustomer = undefined;
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): T | undefined {
    return this.#byId.get(id);
  }

  newestFirst(): readonly T[] {
    return this.#newestFirst;
  }

  /** Those of one customer, newest first. */
  ofCustomer(customerId: string): readonly T[] {
    if (!this.#byCustomer) {
      this.#byCustomer = new Map();
      for (const row of this.#newestFirst) {
        const rows = this.#byCustomer.get(String(row.customerId));
        if (rows) rows.push(row);
        else this.#byCustomer.set(String(row.customerId), [row]);
      }
    }
    return this.#byCustomer.get(customerId) ?? [];
  }

  /** An id that is higher than any there was. */
  nextId(): string {
    return String(this.#highest + 1);
  }

  /** Adds a row as the newest. Throws when there is one of its id. */
  add(row: T): void {
    if (this.#byId.has(row.id)) throw new Error(`there is a record with the id ${row.id} already`);
    this.#byId.set(row.id, row);
    this.#newestFirst.unshift(row);
    this.#highest = Math.max(this.#highest, Number(row.id) || 0);
    this.#byCustomer = undefined;
  }

  /** To be called after a row's `customerId` was changed in place. */
  reindex(): void {
    this.#byCustomer = undefined;
  }

  delete(id: string): boolean {
    if (!this.#byId.delete(id)) return false;
    this.#newestFirst = this.#newestFirst.filter((row) => row.id !== id);
    this.#byCustomer = undefined;
    return true;
  }

  /** Moves the oldest row to the front of the list, as if it had just been made. */
  rotate(): void {
    const oldest = this.#newestFirst.pop();
    if (oldest) this.#newestFirst.unshift(oldest);
    this.#byCustomer = undefined;
  }
}
