import { Button, Checkbox, Popover, Stack } from '@mantine/core';
import { useState } from 'react';
import { recall, remember } from '../shell/remembered.js';
import type { Column } from './columns.js';

type Visible = Record<string, boolean>;

/** Which columns of a list show, as this browser remembers it. `list` names the list. */
export function useVisibleColumns<T>(list: string, columns: readonly Column<T>[]): [Visible, (id: string, visible: boolean) => void] {
  const key = `columns of ${list}`;
  const [chosen, setChosen] = useState(() => chosenBefore(key));
  const visible = Object.fromEntries(columns.map(({ id, hidden }) => [id, chosen[id] ?? hidden !== true]));
  const choose = (id: string, show: boolean): void => {
    const next = { ...chosen, [id]: show };
    setChosen(next);
    remember(key, JSON.stringify(next));
  };
  return [visible, choose];
}

function chosenBefore(key: string): Visible {
  try {
    return JSON.parse(recall(key) ?? '{}') as Visible;
  } catch {
    return {};
  }
}

/** A button that opens the list of columns to show. */
export function ChooseColumns<T>({
  columns,
  visible,
  onChange,
}: {
  columns: readonly Column<T>[];
  visible: Visible;
  onChange: (id: string, visible: boolean) => void;
}) {
  return (
    <Popover position="bottom-end" trapFocus>
      <Popover.Target>
        <Button variant="default">Columns</Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          {columns.map(({ id, header }) => (
            <Checkbox
              key={id}
              label={header}
              checked={visible[id] ?? true}
              onChange={(event) => onChange(id, event.currentTarget.checked)}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
