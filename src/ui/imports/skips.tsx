import { Accordion, Anchor, Badge, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { ImportView, SkipView } from '../api/generated.js';
import { countText } from '../shown/numbers.js';
import { Empty } from '../states/empty.js';
import { Read } from '../states/read.js';
import type { Column } from '../table/columns.js';
import { DataTable } from '../table/data-table.js';
import { MAPPING_REASONS, REASONS } from './import-words.js';
import { skipReasonsQuery, skipsSource } from './queries.js';

type Reason = SkipView['reason'];

/** What an import left alone, by reason, each with what to do about it. */
export function Skips({ row, version }: { row: ImportView; version: string }) {
  const reasons = useQuery(skipReasonsQuery(row.id, version));
  return (
    <Read query={reasons}>
      {(found) =>
        found.length === 0 ? (
          <Empty title="Nothing was left alone">Everything that the marketplace shows is in HaloPSA.</Empty>
        ) : (
          <Accordion variant="separated" order={2}>
            {found
              .toSorted((a, b) => Number(REASONS[b.reason].calls) - Number(REASONS[a.reason].calls))
              .map(({ reason, count }) => (
                <Accordion.Item key={reason} value={reason}>
                  <Accordion.Control>
                    <Group gap="sm">
                      <Badge variant="light" color={REASONS[reason].calls ? 'orange' : 'gray'}>
                        {countText(count)}
                      </Badge>
                      <Text fw={600}>{REASONS[reason].title}</Text>
                    </Group>
                  </Accordion.Control>
                  <Accordion.Panel>
                    <OneReason row={row} version={version} reason={reason} />
                  </Accordion.Panel>
                </Accordion.Item>
              ))}
          </Accordion>
        )
      }
    </Read>
  );
}

function OneReason({ row, version, reason }: { row: ImportView; version: string; reason: Reason }) {
  const source = useMemo(() => skipsSource(row.id, version, reason), [row.id, version, reason]);
  return (
    <Stack gap="sm">
      <Text size="sm">
        <b>What to do:</b> {REASONS[reason].todo}{' '}
        {MAPPING_REASONS.has(reason) && (
          <Anchor component={Link} href={`/tenants/${row.tenantId}/mapping`} inherit>
            Open the mapping
          </Anchor>
        )}
      </Text>
      <DataTable
        label={REASONS[reason].title}
        columns={COLUMNS}
        source={source}
        rowId={({ entity, marketplaceId, line, detail }) => `${entity} ${marketplaceId} ${line ?? ''} ${detail}`}
        empty={<Empty title="None" />}
      />
    </Stack>
  );
}

const COLUMNS: Column<SkipView>[] = [
  {
    id: 'customer',
    header: 'Customer',
    width: 200,
    cell: ({ customerName, entity, marketplaceId }) => customerName ?? (entity === 'customer' ? marketplaceId : '–'),
  },
  {
    id: 'what',
    header: 'What',
    width: 200,
    cell: ({ entity, marketplaceId, line }) =>
      `${entity === 'customer' ? 'Customer' : 'Subscription'} ${marketplaceId}${line === undefined ? '' : ` · ${line}`}`,
  },
  { id: 'detail', header: 'Why', width: 460, cell: ({ detail }) => <span title={detail}>{detail}</span> },
  { id: 'psa', header: 'In HaloPSA', width: 110, cell: ({ psaId }) => psaId ?? '–' },
];
