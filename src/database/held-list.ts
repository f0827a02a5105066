import { setImmediate as breathe } from 'node:timers/promises';

/** Ends each value. No id has it; a list with a text that does is not held. */
export const END = '\u0001';

/** A piece of a list's rows in its order, as SQL puts them together: in each text a value for each row, or as many as the list says. */
export interface HeldRows {
  rows: number;
  /** What each is searched by. */
  texts: string;
  /** All that rows are filtered and sorted by, together. */
  kinds: string;
  ids: string;
  /** What else is known of them. */
  rest: string;
}

/** Which rows are wanted, and of those which part. */
export interface Wanted {
  /** Found anywhere in what rows are searched by, or alike with their id. */
  search?: { text: string; id: string };
  accepts?: (kind: string) => boolean;
  /** What comes before the list's own order, and a name for it: it is worked out once. */
  order?: { name: string; compare: (one: string, other: string) => number };
  /** By the list's own order, from its end. */
  backwards?: boolean;
  offset: number;
  limit: number;
}

export interface Found {
  kind: string;
  id: string;
  rest: string[];
}

/** A list as it was at one moment, to be counted and searched without going through the rows of tables. */
export class HeldList {
  private readonly orders = new Map<string, Uint32Array>();

  private constructor(
    private readonly texts: Column,
    private readonly ids: Column,
    private readonly rest: Column,
    private readonly kinds: Uint16Array,
    private readonly kindNames: readonly string[],
  ) {}

  /**
   * Lets others have their turn after each piece: somebody is being answered from tables meanwhile. Undefined if rows cannot be told apart, or
   * are of too many kinds.
   * @param width How many values of the rest each row has.
   */
  static async of(pieces: readonly HeldRows[], width: number): Promise<HeldList | undefined> {
    const rows = pieces.reduce((sum, piece) => sum + piece.rows, 0);
    const texts = new ColumnOfPieces(rows, 1);
    const ids = new ColumnOfPieces(rows, 1);
    const rest = new ColumnOfPieces(rows, width);
    const codes = new Uint16Array(rows);
    const known = new Map<string, number>();
    let row = 0;
    for (const piece of pieces) {
      if (!texts.add(piece.texts, piece.rows) || !ids.add(piece.ids, piece.rows) || !rest.add(piece.rest, piece.rows)) return undefined;
      const kinds = piece.kinds.split(END);
      if (kinds.pop() !== '' || kinds.length !== piece.rows) return undefined;
      for (const kind of kinds) {
        const code = known.get(kind) ?? known.size;
        if (code >= KINDS) return undefined;
        known.set(kind, code);
        codes[row] = code;
        row += 1;
      }
      await breathe();
    }
    return new HeldList(texts.whole(), ids.whole(), rest.whole(), codes, [...known.keys()]);
  }

  get rows(): number {
    return this.kinds.length;
  }

  /** About how much memory it takes, in bytes. */
  get size(): number {
    return this.texts.text.length + this.ids.text.length + this.rest.text.length + 14 * this.rows;
  }

  /** How many rows are wanted, and those of the part. */
  part({ search, accepts = () => true, order, backwards = false, offset, limit }: Wanted): { total: number; found: Found[] } {
    const accepted = this.kindNames.map((kind) => accepts(kind));
    const hits = search && this.hits(search);
    const ranked = order && this.ranked(order);
    const found: Found[] = [];
    let total = 0;
    for (let place = 0; place < this.rows; place += 1) {
      const row = ranked ? ranked[place]! : backwards ? this.rows - 1 - place : place;
      if (!accepted[this.kinds[row]!] || (hits && hits[row] === 0)) continue;
      if (total >= offset && found.length < limit) found.push(this.at(row));
      total += 1;
    }
    return { total, found };
  }

  private at(row: number): Found {
    const rest = valueOf(this.rest, row);
    return { kind: this.kindNames[this.kinds[row]!]!, id: valueOf(this.ids, row), rest: rest.split(END) };
  }

  /** A one for each row that is found. */
  private hits({ text, id }: { text: string; id: string }): Uint8Array {
    const hits = new Uint8Array(this.rows);
    for (const row of rowsWith(this.texts, text)) hits[row] = 1;
    for (const row of rowsWith(this.ids, id)) if (valueOf(this.ids, row) === id) hits[row] = 1;
    return hits;
  }

  /** The rows in an order: kinds are compared, rows only dealt out. */
  private ranked({ name, compare }: NonNullable<Wanted['order']>): Uint32Array {
    const known = this.orders.get(name);
    if (known) return known;
    const codes = [...this.kindNames.keys()].sort((one, other) => compare(this.kindNames[one]!, this.kindNames[other]!));
    const ranks = new Uint16Array(codes.length);
    for (const [at, code] of codes.entries()) {
      const before = codes[at - 1];
      const alike = before !== undefined && compare(this.kindNames[before]!, this.kindNames[code]!) === 0;
      ranks[code] = before === undefined ? 0 : ranks[before]! + (alike ? 0 : 1);
    }
    const next = new Uint32Array(codes.length + 1);
    for (const kind of this.kinds) next[ranks[kind]! + 1]! += 1;
    for (let rank = 1; rank <= codes.length; rank += 1) next[rank]! += next[rank - 1]!;
    const ranked = new Uint32Array(this.rows);
    for (let row = 0; row < this.rows; row += 1) {
      const rank = ranks[this.kinds[row]!]!;
      ranked[next[rank]!] = row;
      next[rank]! += 1;
    }
    this.orders.set(name, ranked);
    return ranked;
  }
}

const KINDS = 2 ** 16;

interface Column {
  text: string;
  /** Where each row begins, and where one more would. */
  starts: Uint32Array;
}

class ColumnOfPieces {
  private readonly texts: string[] = [];
  private readonly starts: Uint32Array;
  private row = 0;

  constructor(
    rows: number,
    private readonly width: number,
  ) {
    this.starts = new Uint32Array(rows + 1);
  }

  /** False if these rows have more or fewer values. */
  add(text: string, rows: number): boolean {
    const from = this.starts[this.row]!;
    let values = 0;
    let ended = 0;
    for (let at = text.indexOf(END); at >= 0; at = text.indexOf(END, ended)) {
      values += 1;
      ended = at + 1;
      if (values > rows * this.width) return false;
      if (values % this.width === 0) this.starts[this.row + values / this.width] = from + ended;
    }
    this.texts.push(text);
    this.row += rows;
    return values === rows * this.width && ended === text.length;
  }

  whole(): Column {
    return { text: this.texts.join(''), starts: this.starts };
  }
}

/** Without its last end. */
function valueOf({ text, starts }: Column, row: number): string {
  return text.slice(starts[row], starts[row + 1]! - 1);
}

/** The rows that a text occurs in. */
function rowsWith({ text, starts }: Column, searched: string): number[] {
  const found: number[] = [];
  let row = 0;
  for (let at = text.indexOf(searched); at >= 0 && at < text.length; at = text.indexOf(searched, starts[row])) {
    while (starts[row + 1]! <= at) row += 1;
    found.push(row);
    row += 1;
  }
  return found;
}
