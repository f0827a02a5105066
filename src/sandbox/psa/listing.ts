import { businessRefusal } from './refusals.js';
import type { Query } from './query.js';
import type { Resource } from './resources/resource.js';
import type { Row } from './table.js';
import { seesClient, type World } from './world.js';

const DEFAULT_PAGE_SIZE = 50;
const PAGING = ['pageinate', 'page_no', 'page_size', 'count', 'includeaddress', 'includenotes'];

/**
 * Lists a resource: chooses and orders the rows, cuts the page, wraps it in the envelope. The rows of one query are kept until
 * something changes, so that walking many pages of many rows does not sort them once for each page.
 */
export class Listing {
  readonly #world: World;
  #kept = new Map<string, Row[]>();
  #keptFor = '';
  #calls = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Forgets the rows kept; to be called when a switch changes. */
  clear(): void {
    this.#kept.clear();
  }

  /** The body of the answer to a list call. Throws a Refusal. */
  answer(resource: Resource, query: Query): unknown {
    const { switches } = this.#world;
    this.#calls += 1;
    const rows = this.#turned(this.#rows(resource, query), query);
    const key = resource.listKey(this.#world);
    if (query.boolean('idonly') === true) return rows.map((row) => ({ id: row.id }));
    const page = this.#page(resource, rows, query);
    const shown = page.rows.map((row) => resource.show(row, 'list', this.#world, query));
    if (key === null) return shown;
    const past = switches.recordCount === 'zero-past-end' && shown.length === 0;
    const count = switches.recordCount === 'absent' ? {} : { record_count: past ? 0 : rows.length };
    return { ...page.numbers, ...count, [key]: shown };
  }

  #rows(resource: Resource, query: Query): Row[] {
    const { store } = this.#world;
    // Filters look into other tables, so any change makes what was kept stale.
    const version = Object.values(store.tables)
      .map((table) => table.version)
      .join();
    if (version !== this.#keptFor || this.#kept.size > 100) this.#kept.clear();
    this.#keptFor = version;
    const key = `${resource.path} ${query.without(...PAGING)}`;
    const rows = this.#kept.get(key) ?? this.#ordered(this.#chosen(resource, query), resource, query);
    this.#kept.set(key, rows);
    return rows;
  }

  #chosen(resource: Resource, query: Query): Row[] {
    const world = this.#world;
    const table = world.store.tables[resource.table];
    const clientId = 'client_id' in resource.idFilters ? (query.integer('client_id') ?? 0) : 0;
    const tests = [...this.#idTests(resource, query), stateTest(resource, query, world)];
    const search = query.text('search')?.toLowerCase();
    if (search !== undefined) tests.push((row) => resource.searched.some((name) => contains(row[name], search)));
    if (resource.chosen) tests.push((row) => resource.chosen?.(row, query, world) ?? true);
    if (resource.clientOf) tests.push((row) => seesClient(world, resource.clientOf?.(row)));
    return (clientId > 0 ? table.ofClient(clientId) : table.all()).filter((row) => tests.every((test) => test(row)));
  }

  #idTests(resource: Resource, query: Query): ((row: Row) => boolean)[] {
    return Object.entries(resource.idFilters).flatMap(([name, test]) => {
      const id = query.integer(name) ?? 0;
      return id > 0 || (name === 'licence_type' && query.integer(name) === 0) ? [(row: Row) => test(row, id, this.#world)] : [];
    });
  }

  #ordered(rows: Row[], resource: Resource, query: Query): Row[] {
    const order = query.text('order')?.toLowerCase();
    if (order !== undefined && this.#world.switches.orderParameter === 'refused') {
      throw businessRefusal(this.#world.switches, `Invalid column name '${order}'.`, 'order');
    }
    const column = order !== undefined && (order === 'id' || Object.hasOwn(resource.fields, order)) ? order : 'id';
    const direction = order !== undefined && query.boolean('orderdesc') === true ? -1 : 1;
    return rows.sort((a, b) => direction * compared(a[column], b[column]) || a.id - b.id);
  }

  /** With an unstable order, the rows begin somewhere else at each call, unless an order was asked for. */
  #turned(rows: Row[], query: Query): Row[] {
    if (!this.#world.switches.unstableOrder || query.text('order') !== undefined || rows.length < 2) return rows;
    const start = (this.#calls * 7) % rows.length;
    return [...rows.slice(start), ...rows.slice(0, start)];
  }

  #page(resource: Resource, rows: Row[], query: Query): { rows: Row[]; numbers: object } {
    const { pagingIgnored, pageCaps } = this.#world.switches;
    const cap = pageCaps[resource.cap];
    const paging = query.boolean('pageinate') === true;
    const size = Math.min(positive(query.integer('page_size')) ?? DEFAULT_PAGE_SIZE, cap);
    const count = Math.min(positive(query.integer('count')) ?? UNPAGED_CAP, Math.max(cap, UNPAGED_CAP));
    if (!paging) return { rows: rows.slice(0, count), numbers: {} };
    if (pagingIgnored === 'everything') return { rows, numbers: {} };
    if (pagingIgnored === 'first-rows') return { rows: rows.slice(0, size), numbers: {} };
    const number = positive(query.integer('page_no')) ?? 1;
    return { rows: rows.slice((number - 1) * size, number * size), numbers: { page_no: number, page_size: size } };
  }
}

/** Rows of a list that neither pages nor says how many. */
const UNPAGED_CAP = 1000;

function stateTest(resource: Resource, query: Query, world: World): (row: Row) => boolean {
  if (!resource.inactive) return () => true;
  const [both1, both2] = (resource.bothFlags ? (query.text('activeinactive') ?? '') : '')
    .split(',')
    .map((word) => word.trim().toLowerCase());
  const active = resource.bothFlags ? (query.boolean('includeactive') ?? (both1 === undefined || both1 !== 'false')) : true;
  const asked = query.boolean('includeinactive') ?? both2 === 'true';
  const { inactiveHidden } = world.switches;
  const shown = inactiveHidden === 'never' || (inactiveHidden === 'unless-asked' && asked);
  return (row) => (resource.inactive?.(row) ? shown : active);
}

function contains(value: unknown, search: string): boolean {
  return typeof value === 'string' && value.toLowerCase().includes(search);
}

function compared(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [first, second] = [JSON.stringify(a ?? ''), JSON.stringify(b ?? '')];
  return first < second ? -1 : first > second ? 1 : 0;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}
