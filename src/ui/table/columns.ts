import { type ColumnDef, columnSizingFeature, columnVisibilityFeature, rowSortingFeature, tableFeatures } from '@tanstack/react-table';
import type { ReactNode } from 'react';

/** What our tables can do. Sorting is the server's: the table only tells what was clicked. */
export const features = tableFeatures({ columnVisibilityFeature, columnSizingFeature, rowSortingFeature });

/** A column of a list. */
export interface Column<T> {
  id: string;
  header: string;
  cell: (row: T) => ReactNode;
  /** In pixels; columns share what is left in these proportions. Default 160. */
  width?: number;
  /** Whether the server sorts by it: its `sort` parameter then is this column's id. */
  sorts?: true;
  /** Numbers stand at the right. */
  numeric?: true;
  /** Whether it is hidden until somebody chooses it. */
  hidden?: true;
}

/** In TanStack's form. */
export function columnDefs<T extends object>(columns: readonly Column<T>[]): ColumnDef<typeof features, T>[] {
  return columns.map(({ id, header, cell, width = 160, sorts }) => ({
    id,
    header,
    size: width,
    enableSorting: sorts === true,
    // Upwards first; and only a column with a value may be sorted, though it is the server that sorts.
    sortDescFirst: false,
    accessorFn: (row: T) => row,
    cell: ({ row }) => cell(row.original),
  }));
}
