import { Skeleton } from '@mantine/core';
import { memo } from 'react';
import type { Column } from './columns.js';
import classes from './data-table.module.css';

export interface BodyRowProps<T> {
  /** Undefined while it is being read. */
  row: T | undefined;
  /** Its place in the whole list, from 0. */
  index: number;
  /** Those that show. */
  columns: readonly Column<T>[];
  onOpen: ((row: T) => void) | undefined;
}

function Row<T extends object>({ row, index, columns, onOpen }: BodyRowProps<T>) {
  const opens = onOpen !== undefined && row !== undefined;
  return (
    <tr
      aria-rowindex={index + 2}
      className={opens ? classes.opens : undefined}
      onClick={opens ? (event) => isPlainClick(event) && onOpen(row) : undefined}
    >
      {columns.map(({ id, cell, numeric }) => (
        <td key={id} className={numeric ? 'number' : undefined}>
          {row === undefined ? <Skeleton height={14} /> : cell(row)}
        </td>
      ))}
    </tr>
  );
}

/** A row of a long list. Scrolling moves rows in and out: those that stay are not rendered again. */
export const BodyRow = memo(Row) as typeof Row;

/** Not on a link or button inside the row, and not the end of selecting text. */
function isPlainClick(event: React.MouseEvent): boolean {
  return !(event.target as Element).closest('a, button, input, label') && window.getSelection()?.isCollapsed !== false;
}
