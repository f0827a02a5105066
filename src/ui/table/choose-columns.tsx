import { Button, Checkbox, Popover, Stack } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import type { Column } from './columns.js';

type Visible = Record<string, boolean>;

/** Which columns of a list show, as this browser remembers it. `list` names the list. */
export function useVisibleColumns<T>(list: string, columns: readonly Column<T>[]): [Visible, (id: string, visible: boolean) => void] {
  const [chosen, setChosen] = useLocalStorage<Visible>({ key: `columns of ${list}`, defaultValue: {}, getInitialValueInEffect: false });
  const visible = Object.fromEntries(columns.map(({ id, hidden }) => [id, chosen[id] ?? hidden !== true]));
  return [visible, (id, show) => setChosen((before) => ({ ...before, [id]: show }))];
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
