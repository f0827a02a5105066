import { Anchor, Badge, Group, Select } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { ChangeView, ImportView } from '../api/generated.js';
import { Empty } from '../states/empty.js';
import type { Column } from '../table/columns.js';
import { DataTable } from '../table/data-table.js';
import { ChangeDialog } from './change-dialog.js';
import { inOneLine } from './change-fields.js';
import { ACTIONS, CHANGE_STATES, ENTITIES } from './import-words.js';
import { type ChangesFilter, changesSource } from './queries.js';

/** What an import did, or would do, one by one. */
export function Changes({ row, version }: { row: ImportView; version: string }) {
  const [filter, setFilter] = useState<ChangesFilter>({});
  const [open, setOpen] = useState<ChangeView>();
  const source = useMemo(() => changesSource(row.id, version, filter), [row.id, version, filter]);
  const columns = useMemo(() => columnsOf(row.preview, setOpen), [row.preview]);
  const filtered = Object.keys(filter).length > 0;
  return (
    <>
      <Group mb="sm">
        <Choice label="Record" of={ENTITIES} value={filter.entity} onChange={(entity) => setFilter(without(filter, 'entity', entity))} />
        <Choice
          label="Change"
          of={
            Object.fromEntries(Object.entries(ACTIONS).map(([action, { done }]) => [action, done])) as Record<ChangeView['action'], string>
          }
          value={filter.action}
          onChange={(action) => setFilter(without(filter, 'action', action))}
        />
        <Choice
          label="State"
          of={
            Object.fromEntries(Object.entries(CHANGE_STATES).map(([state, { label }]) => [state, label])) as Record<
              ChangeView['state'],
              string
            >
          }
          value={filter.state}
          onChange={(state) => setFilter(without(filter, 'state', state))}
        />
      </Group>
      <DataTable
        label="Changes"
        columns={columns}
        source={source}
        rowId={({ id }) => id}
        onOpen={setOpen}
        empty={
          <Empty title={filtered ? 'No such change' : row.preview ? 'Nothing would be changed' : 'Nothing was changed'}>
            {!filtered && 'Both sides agree, but for what was left alone.'}
          </Empty>
        }
      />
      <ChangeDialog change={open} row={row} close={() => setOpen(undefined)} />
    </>
  );
}

function without<Name extends keyof ChangesFilter>(filter: ChangesFilter, name: Name, value: ChangesFilter[Name] | null): ChangesFilter {
  const { [name]: _gone, ...rest } = filter;
  return value == null ? rest : { ...rest, [name]: value };
}

interface ChoiceProps<Value extends string> {
  label: string;
  of: Record<Value, string>;
  value: Value | undefined;
  onChange: (value: Value | null) => void;
}

function Choice<Value extends string>({ label, of, value, onChange }: ChoiceProps<Value>) {
  return (
    <Select
      aria-label={label}
      placeholder={`${label}: all`}
      data={Object.entries<string>(of).map(([key, text]) => ({ value: key, label: text }))}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen as Value | null)}
      clearable
      clearButtonProps={{ 'aria-label': `${label}: all` }}
    />
  );
}

function columnsOf(preview: boolean, open: (change: ChangeView) => void): Column<ChangeView>[] {
  return [
    {
      id: 'what',
      header: 'Change',
      width: 260,
      cell: (change) => (
        <Anchor component="button" type="button" onClick={() => open(change)} ta="left">
          {ENTITIES[change.entity]} {ACTIONS[change.action][preview ? 'would' : 'done']}
        </Anchor>
      ),
    },
    { id: 'customer', header: 'Customer', width: 200, cell: ({ customerName, customerId }) => customerName ?? customerId ?? '–' },
    { id: 'record', header: 'Record', width: 240, cell: (change) => nameOf(change) },
    { id: 'fields', header: 'Fields', width: 280, cell: (change) => <span title={inOneLine(change)}>{inOneLine(change)}</span> },
    {
      id: 'state',
      header: 'State',
      width: 120,
      cell: ({ state }) => (
        <Badge color={CHANGE_STATES[state].color} variant="light">
          {preview && state === 'planned' ? 'Would be done' : CHANGE_STATES[state].label}
        </Badge>
      ),
    },
    { id: 'message', header: 'Remark', width: 240, cell: ({ message }) => <span title={message}>{message ?? ''}</span> },
  ];
}

/** What the record is called, as far as the change says so. */
function nameOf({ after, before, subscriptionId, psaId }: ChangeView): string {
  const { name } = { ...before, ...after } as { name?: unknown };
  if (typeof name === 'string') return name;
  if (subscriptionId !== undefined) return `Subscription ${subscriptionId}`;
  return psaId === undefined ? '–' : `No. ${psaId}`;
}
