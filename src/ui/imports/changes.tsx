import { Anchor, Badge, Group, Select } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
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
  const [wanted, want] = useSearchParams();
  const filter = useMemo(() => filterOf(wanted), [wanted]);
  const choose = (name: keyof ChangesFilter, value: string | null): void =>
    want(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === null) after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  const [open, setOpen] = useState<ChangeView>();
  const source = useMemo(() => changesSource(row.id, version, filter), [row.id, version, filter]);
  const columns = useMemo(() => columnsOf(row.preview, setOpen), [row.preview]);
  const filtered = Object.keys(filter).length > 0;
  return (
    <>
      <Group mb="sm">
        <Choice label="Record" of={ENTITIES} value={filter.entity} onChange={(entity) => choose('entity', entity)} />
        <Choice
          label="Change"
          of={labelsOf(ACTIONS, (action) => action[row.preview ? 'would' : 'done'])}
          value={filter.action}
          onChange={(action) => choose('action', action)}
        />
        <Choice
          label="State"
          of={labelsOf(CHANGE_STATES, ({ label }) => label)}
          value={filter.state}
          onChange={(state) => choose('state', state)}
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
            {!filtered && `Both sides agree, but for what ${row.preview ? 'would be' : 'was'} left alone.`}
          </Empty>
        }
      />
      <ChangeDialog change={open} row={row} close={() => setOpen(undefined)} />
    </>
  );
}

/** The filters of an address; what is not known is none. */
function filterOf(parameters: URLSearchParams): ChangesFilter {
  const known = { entity: ENTITIES, action: ACTIONS, state: CHANGE_STATES };
  return Object.fromEntries(
    Object.entries(known).flatMap(([name, values]) => {
      const value = parameters.get(name);
      return value !== null && value in values ? [[name, value]] : [];
    }),
  );
}

/** What each of some words is shown as. */
function labelsOf<Name extends string, Word>(words: Record<Name, Word>, label: (word: Word) => string): Record<Name, string> {
  return Object.fromEntries(Object.entries<Word>(words).map(([name, word]) => [name, label(word)])) as Record<Name, string>;
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
