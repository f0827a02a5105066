import { Anchor, Badge, Group, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import type { ImportView, TenantView } from '../api/generated.js';
import { Screen } from '../shell/screen.js';
import { countText } from '../shown/numbers.js';
import { When } from '../shown/times.js';
import { Empty } from '../states/empty.js';
import type { Column } from '../table/columns.js';
import { DataTable } from '../table/data-table.js';
import { tenantsQuery } from '../tenants/queries.js';
import { ImportState, STATE_LABELS } from './import-state.js';
import { scopeText, TRIGGERS } from './import-words.js';
import { importsSource } from './queries.js';

/** Every import and preview, newest first. */
export default function ImportsScreen() {
  const [wanted, want] = useSearchParams();
  const [, go] = useLocation();
  const { data: tenants } = useQuery(tenantsQuery);
  const tenantId = wanted.get('tenant');
  const state = wanted.get('state') as ImportView['state'] | null;
  const source = useMemo(
    () => importsSource({ ...(tenantId === null ? {} : { tenantId }), ...(state === null ? {} : { state }) }),
    [tenantId, state],
  );
  const columns = useMemo(() => columnsOf(tenants), [tenants]);
  const open = useCallback(({ id }: ImportView) => go(`/imports/${id}`), [go]);
  const choose = (name: string, value: string | null): void =>
    want(
      (before) => {
        if (value === null) before.delete(name);
        else before.set(name, value);
        return before;
      },
      { replace: true },
    );
  return (
    <Screen title="Imports" about="What was imported, by whom, and what came of it. Previews stand here too: they write nothing.">
      <Group>
        <Select
          aria-label="Tenant"
          placeholder="All tenants"
          data={(tenants ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={tenantId}
          onChange={(value) => choose('tenant', value)}
          clearable
          searchable
          clearButtonProps={{ 'aria-label': 'All tenants' }}
        />
        <Select
          aria-label="State"
          placeholder="All states"
          data={Object.entries(STATE_LABELS).map(([value, label]) => ({ value, label }))}
          value={state}
          onChange={(value) => choose('state', value)}
          clearable
          clearButtonProps={{ 'aria-label': 'All states' }}
        />
      </Group>
      <DataTable
        label="Imports"
        columns={columns}
        source={source}
        rowId={({ id }) => id}
        onOpen={open}
        empty={
          <Empty title={tenantId === null && state === null ? 'No import yet' : 'No such import'}>
            Imports are started from a tenant, by its integrator, or from Halo.
          </Empty>
        }
      />
    </Screen>
  );
}

function columnsOf(tenants: readonly TenantView[] | undefined): Column<ImportView>[] {
  const names = new Map(tenants?.map(({ id, name }) => [id, name]));
  // Until they were read, nothing is known of any.
  const other = tenants ? 'archived' : '…';
  return [
    {
      id: 'createdAt',
      header: 'Started',
      cell: ({ id, createdAt }) => (
        <Anchor component={Link} href={`/imports/${id}`}>
          <When at={createdAt} />
        </Anchor>
      ),
    },
    { id: 'tenant', header: 'Tenant', cell: ({ tenantId }) => names.get(tenantId) ?? other },
    {
      id: 'what',
      header: 'What',
      width: 260,
      cell: (row) => (
        <Group gap={6} wrap="nowrap">
          {row.preview && (
            <Badge variant="light" color="gray" style={{ flexShrink: 0 }}>
              Preview
            </Badge>
          )}
          <Text span inherit truncate>
            {scopeText(row)}
          </Text>
        </Group>
      ),
    },
    { id: 'trigger', header: 'Started by', cell: ({ trigger, requestedBy }) => <span title={requestedBy}>{TRIGGERS[trigger]}</span> },
    { id: 'state', header: 'State', width: 190, cell: ({ state }) => <ImportState state={state} /> },
    { id: 'changes', header: 'Changes', numeric: true, width: 100, cell: ({ counts }) => countText(changesIn(counts)) },
    { id: 'skipped', header: 'Left alone', numeric: true, width: 110, cell: ({ counts }) => countText(counts.skipped) },
    { id: 'failed', header: 'Failed', numeric: true, width: 90, cell: ({ counts }) => countText(counts.failed) },
  ];
}

function changesIn({ clients, licences }: ImportView['counts']): number {
  const { created, updated, rekeyed, deactivated, reactivated } = licences;
  return clients.created + clients.linked + clients.updated + created + updated + rekeyed + deactivated + reactivated;
}
