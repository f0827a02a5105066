import type { Bound } from '../binding.js';
import { initialValues, type Fields } from '../fields.js';
import { businessRefusal } from '../refusals.js';
import { shownColumns } from '../showing.js';
import { columnsOf } from '../storing.js';
import type { Query } from '../query.js';
import type { TableName } from '../store.js';
import type { PageCaps } from '../switches.js';
import type { Row } from '../table.js';
import type { World } from '../world.js';

/** How a record is shown: in a row of a list, or whole (by id and in the answer to a POST). */
export type Detail = 'list' | 'whole';

/** What one path under `/api` offers: its columns, who may call it, how it lists, shows and stores. */
export interface Resource {
  /** Lower case, without slashes. */
  path: string;
  table: TableName;
  fields: Fields;
  /** Area of the scopes `read:` and `edit:`; none: any token may read, and `admin` may edit. */
  scope?: string;
  /** The key of the list envelope; null for a bare array. */
  listKey(world: World): string | null;
  cap: keyof PageCaps;
  /** Columns that `search` looks at. */
  searched: readonly string[];
  /** Query parameters that choose rows: an integer parameter and the test it stands for. Negative and zero ids filter nothing. */
  idFilters: Readonly<Record<string, (row: Row, id: number, world: World) => boolean>>;
  /** Further choice by text parameters. */
  chosen?(row: Row, query: Query, world: World): boolean;
  inactive?(row: Row): boolean;
  /** Whether lists take `includeactive` and `activeinactive`; licences take `includeinactive` alone. */
  bothFlags?: boolean;
  /** The client a record belongs to, for agents who see only some. */
  clientOf?(row: Row): unknown;
  show(row: Row, detail: Detail, world: World, query?: Query): Record<string, unknown>;
  /** Stores one posted element; `existing` is the record it updates. Throws a Refusal. */
  save(bound: Bound, existing: Row | undefined, world: World): Row;
  /** Deletes, and returns the record as it was or is marked. Throws a Refusal. */
  remove(row: Row, world: World): Row;
}

type Stated = Pick<Resource, 'path' | 'table' | 'fields'> & Partial<Resource> & { required?: readonly string[] };

/** A resource that does what most do, where nothing else is stated. */
export function resource(stated: Stated): Resource {
  const { table, fields, required = ['name'] } = stated;
  return {
    listKey: () => null,
    cap: 'other',
    searched: ['name'],
    idFilters: {},
    show: (row, _detail, world) => shownColumns(fields, row, world.switches),
    save(bound, existing, world) {
      checkRequired(bound, existing, required, world);
      return storeColumns(stated, columnsOf(fields, bound, !existing, world.switches), existing, world);
    },
    remove: (row, world) => world.store.tables[table].remove(row.id) ?? row,
    ...stated,
  };
}

/** Inserts the columns over the initial values, or updates the record with them. */
export function storeColumns(
  { table, fields }: Pick<Resource, 'table' | 'fields'>,
  columns: Record<string, unknown>,
  existing: Row | undefined,
  world: World,
): Row {
  const rows = world.store.tables[table];
  world.store.countWrite(table);
  if (!existing) return rows.insert({ ...initialValues(fields), ...columns });
  return rows.update(existing.id, columns) ?? existing;
}

/** Refuses a new record that lacks a required field, and an update that blanks one. */
export function checkRequired(bound: Bound, existing: Row | undefined, required: readonly string[], world: World): void {
  for (const field of required) {
    const value = bound[field];
    const given = field in bound && value !== null;
    const empty = typeof value === 'string' ? value.trim() === '' : value === 0;
    if (existing ? given && empty : !given || empty) {
      throw businessRefusal(world.switches, `Please enter a value for ${field}.`, field);
    }
  }
}
