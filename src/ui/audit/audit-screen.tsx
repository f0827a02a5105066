import { Group, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api } from '../api/client.js';
import type { AuditView } from '../api/generated.js';
import { Screen } from '../shell/screen.js';
import { Empty } from '../states/empty.js';
import { DataTable } from '../table/data-table.js';
import type { Page, PagedSource } from '../table/paged-rows.js';
import { AuditLine } from './audit-line.js';
import { ACTIONS, ENTITIES } from './audit-words.js';
import { COLUMNS } from './columns.js';
import { Opening } from './open-line.js';

function auditSource(filters: Record<string, string>): PagedSource<AuditView> {
  const wanted = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ''));
  return { queryKey: ['audit', wanted], page: (part, signal) => api.audit.getAudit({ ...wanted, ...part }, { signal }) };
}

/** Who did what, newest first. */
export default function AuditScreen() {
  const [actor, setActor] = useState('');
  const [action, setAction] = useState('');
  const [entity, setEntity] = useState('');
  const [open, setOpen] = useState<AuditView>();
  const [who] = useDebouncedValue(actor.trim(), 250);
  const client = useQueryClient();
  const source = useMemo(() => auditSource({ actor: who, action, entity }), [who, action, entity]);
  const openLine = (id: string): void => {
    const pages = client.getQueriesData<Page<AuditView>>({ queryKey: ['audit'] });
    setOpen(pages.flatMap(([, page]) => page?.data ?? []).find((line) => line.id === id));
  };
  const select = (label: string, any: string, data: { value: string; label: string }[], value: string, set: (value: string) => void) => (
    <Select
      aria-label={label}
      w={180}
      allowDeselect={false}
      data={[{ value: '', label: any }, ...data]}
      value={value}
      onChange={(chosen) => set(chosen ?? '')}
    />
  );
  return (
    <Screen title="Audit" about="Who did what, newest first. Lines can be added and read, never changed; secrets are not in them.">
      <Group gap="xs" role="search" aria-label="Audit">
        <TextInput
          aria-label="Who"
          placeholder="Who: the whole name"
          w={240}
          maxLength={320}
          value={actor}
          onChange={(event) => setActor(event.currentTarget.value)}
        />
        {select('Action', 'Anything', ACTIONS, action, setAction)}
        {select('Kind', 'To anything', ENTITIES, entity, setEntity)}
      </Group>
      <Opening.Provider value={openLine}>
        <DataTable
          label="Audit"
          columns={COLUMNS}
          source={source}
          rowId={({ id }) => id}
          onOpen={setOpen}
          empty={<Empty title="Nothing fits">Take a filter away.</Empty>}
        />
      </Opening.Provider>
      <AuditLine line={open} onClose={() => setOpen(undefined)} />
    </Screen>
  );
}
