/** A stored record: Halo's field names, dates as `YYYY-MM-DDTHH:mm:ss` in UTC or null when empty. Never changed in place, always replaced. */
export type Row = { readonly id: number } & Readonly<Record<string, unknown>>;

/** One table, with the rows of each client at hand. Every change reports how to undo it. */
export class Table {
  /** Grows with every change; lists made for another version are stale. */
  version = 0;
  readonly #rows = new Map<number, Row>();
  readonly #byClient = new Map<number, Map<number, Row>>();
  readonly #changed: (undo: () => void) => void;
  #nextId = 1;

  constructor(changed: (undo: () => void) => void = () => undefined) {
    this.#changed = changed;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: number): Row | undefined {
    return this.#rows.get(id);
  }

  all(): Row[] {
    return [...this.#rows.values()];
  }

  /** The rows whose `client_id` is this one. */
  ofClient(clientId: number): Row[] {
    return [...(this.#byClient.get(clientId)?.values() ?? [])];
  }

  /** Stores a new record under the next id, or the one given. Ids are never used twice. */
  insert(fields: Record<string, unknown>, id = this.#nextId): Row {
    const row: Row = { ...fields, id };
    this.#nextId = Math.max(this.#nextId, id + 1);
    this.#put(row);
    this.#changed(() => this.#drop(row));
    return row;
  }

  /** Replaces fields of the record of this id; undefined when there is none. */
  update(id: number, fields: Record<string, unknown>): Row | undefined {
    const before = this.#rows.get(id);
    if (!before) return undefined;
    const row: Row = { ...before, ...fields, id };
    this.#unindex(before);
    this.#put(row);
    this.#changed(() => {
      this.#unindex(row);
      this.#put(before);
    });
    return row;
  }

  remove(id: number): Row | undefined {
    const row = this.#rows.get(id);
    if (!row) return undefined;
    this.#drop(row);
    this.#changed(() => this.#put(row));
    return row;
  }

  #put(row: Row): void {
    this.version += 1;
    this.#rows.set(row.id, row);
    if (typeof row['client_id'] !== 'number') return;
    const ofClient = this.#byClient.get(row['client_id']) ?? new Map<number, Row>();
    ofClient.set(row.id, row);
    this.#byClient.set(row['client_id'], ofClient);
  }

  #drop(row: Row): void {
    this.version += 1;
    this.#rows.delete(row.id);
    this.#unindex(row);
  }

  #unindex(row: Row): void {
    if (typeof row['client_id'] === 'number') this.#byClient.get(row['client_id'])?.delete(row.id);
  }
}
