import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Column } from './columns.js';

export interface ShortTableProps<T> {
  rows: readonly T[];
  rowId: (row: T) => string;
  /** The first one names its row. */
  columns: readonly Pick<Column<T>, 'id' | 'header' | 'cell' | 'numeric'>[];
  /** What can be done to a row, at its end. */
  action?: (row: T) => ReactNode;
  /** In pixels; where there is less room the table scrolls. Default 760. */
  minWidth?: number;
}

/** A list that is short enough to stand in the document as a whole, and in one order. */
export function ShortTable<T>({ rows, rowId, columns, action, minWidth = 760 }: ShortTableProps<T>) {
  const [first, ...others] = columns;
  return (
    <Table.ScrollContainer minWidth={minWidth}>
      <Table className="boxed" verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ id, header, numeric }) => (
              <Table.Th key={id} scope="col" className={numeric && 'number'}>
                {header}
              </Table.Th>
            ))}
            {action && <Table.Td />}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={rowId(row)}>
              <Table.Th scope="row">{first?.cell(row)}</Table.Th>
              {others.map(({ id, cell, numeric }) => (
                <Table.Td key={id} className={numeric && 'number'}>
                  {cell(row)}
                </Table.Td>
              ))}
              {action && <Table.Td ta="right">{action(row)}</Table.Td>}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
