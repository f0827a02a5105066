import { type ColumnVisibilityState as VisibilityState, type SortingState, useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useMemo, useRef } from 'react';
import { countText } from '../shown/numbers.js';
import { Loading } from '../states/loading.js';
import { ProblemAlert } from '../states/problem.js';
import { BodyRow } from './body-row.js';
import { type Column, columnDefs, features } from './columns.js';
import classes from './data-table.module.css';
import { HeaderCell } from './header-cell.js';
import { type PagedSource, usePagedRows, useTotal } from './paged-rows.js';

const ROW_HEIGHT = 41;
const NO_ROWS: never[] = [];

export interface DataTableProps<T> {
  /** What the table is of, for screen readers: "Subscriptions". */
  label: string;
  columns: readonly Column<T>[];
  source: PagedSource<T>;
  rowId: (row: T) => string;
  /** Which columns show; see `useVisibleColumns`. Default: all that are not hidden. */
  visibility?: VisibilityState;
  /** The sort the server was asked for, and what to do when another is wanted. */
  sort?: { id: string; desc: boolean } | null;
  onSort?: (sort: { id: string; desc: boolean } | null) => void;
  /** Makes rows open something. The first cell should hold a link or button that does the same, for keyboards. */
  onOpen?: (row: T) => void;
  /** What stands here when the list has no rows. */
  empty: ReactNode;
}

/**
 * A long list as a table: only the rows in view are in the document, and only their pages are asked for, so that 100,000 rows are
 * as quick as 100.
 */
export function DataTable<T extends object>(props: DataTableProps<T>) {
  const { label, columns, source, rowId, visibility, sort = null, onSort, onOpen, empty } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const total = useTotal(source);
  const virtualizer = useVirtualizer({
    count: total ?? 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  const items = virtualizer.getVirtualItems();
  const rows = usePagedRows(source, items[0]?.index ?? 0, items.at(-1)?.index ?? 0);

  const defs = useMemo(() => columnDefs(columns), [columns]);
  const shown = items.map(({ index, start, end }) => ({ index, start, end, row: rows.row(index) }));
  const sorting: SortingState = sort ? [sort] : [];
  const table = useTable({
    features,
    columns: defs,
    // Its part are the columns and their heads: the rows are not all there.
    data: NO_ROWS as T[],
    manualSorting: true,
    enableSortingRemoval: true,
    state: { sorting, columnVisibility: visibility ?? hiddenAtFirst(columns) },
    onSortingChange: (change) => {
      const [next] = typeof change === 'function' ? change(sorting) : change;
      onSort?.(next ?? null);
    },
  });

  const visible = table
    .getVisibleLeafColumns()
    .map(({ id }) => id)
    .join(' ');
  const visibleColumns = useMemo(() => columns.filter(({ id }) => visible.split(' ').includes(id)), [columns, visible]);

  if (total === undefined) return rows.error ? <ProblemAlert error={rows.error} retry={rows.retry} /> : <Loading rows={10} />;
  if (total === 0) return <>{empty}</>;
  const numeric = new Set(columns.filter((column) => column.numeric).map(({ id }) => id));
  const above = shown[0]?.start ?? 0;
  const below = virtualizer.getTotalSize() - (shown.at(-1)?.end ?? 0);
  return (
    <>
      {rows.error && <ProblemAlert error={rows.error} retry={rows.retry} />}
      {/* Scrolls by keyboard, too. */}
      <div ref={scroller} className={classes.scroller} tabIndex={0} role="region" aria-label={`${label}, ${countText(total)} rows`}>
        <table className={classes.table} aria-label={label} aria-rowcount={total + 1} style={{ minWidth: table.getTotalSize() }}>
          <thead>
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id} aria-rowindex={1}>
                {group.headers.map((header) => (
                  <HeaderCell key={header.id} header={header} numeric={numeric.has(header.column.id)} />
                ))}
              </tr>
            ))}
          </thead>
          <tbody>
            {above > 0 && <tr aria-hidden="true" style={{ height: above }} />}
            {shown.map(({ index, row }) => (
              <BodyRow
                key={row === undefined ? `row ${index}` : rowId(row)}
                row={row}
                index={index}
                columns={visibleColumns}
                onOpen={onOpen}
              />
            ))}
            {below > 0 && <tr aria-hidden="true" style={{ height: below }} />}
          </tbody>
        </table>
      </div>
    </>
  );
}

function hiddenAtFirst<T>(columns: readonly Column<T>[]): VisibilityState {
  return Object.fromEntries(columns.map(({ id, hidden }) => [id, hidden !== true]));
}
