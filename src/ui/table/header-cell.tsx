import { UnstyledButton } from '@mantine/core';
import type { Header } from '@tanstack/react-table';
import { DownIcon, UpIcon } from '../shown/icons.js';
import type { features } from './columns.js';
import classes from './data-table.module.css';

const ARIA = { asc: 'ascending', desc: 'descending' } as const;

/** The head of a column: a button where the list can be sorted by it. */
export function HeaderCell<T extends object>({ header, numeric }: { header: Header<typeof features, T>; numeric: boolean }) {
  const { column } = header;
  const sorted = column.getIsSorted();
  const label = String(column.columnDef.header);
  return (
    <th
      scope="col"
      className={numeric ? 'number' : undefined}
      style={{ width: header.getSize() }}
      aria-sort={sorted === false ? undefined : ARIA[sorted]}
    >
      {column.getCanSort() ? (
        <UnstyledButton className={classes.sorts!} onClick={column.getToggleSortingHandler()}>
          {label}
          {sorted === 'asc' && <UpIcon size="0.9em" />}
          {sorted === 'desc' && <DownIcon size="0.9em" />}
        </UnstyledButton>
      ) : (
        label
      )}
    </th>
  );
}
