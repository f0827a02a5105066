import { Anchor, Stack, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { ImportView, SkipView } from '../api/generated.js';
import { Empty } from '../states/empty.js';
import { lineAddress } from '../subscriptions/filters.js';
import type { Column } from '../table/columns.js';
import { DataTable } from '../table/data-table.js';
import { AdoptAll } from './adopt-all.js';
import { AdoptDialog } from './adopt-dialog.js';
import { AskVendor } from './ask-vendor.js';
import { CreateAnyway } from './create-anyway.js';
import { REASONS } from './import-words.js';
import { skipsSource } from './queries.js';
import { type Question, SkipActions } from './skip-actions.js';

const DIALOGS = { adopt: AdoptDialog, create: CreateAnyway, ask: AskVendor };

/** What was left alone for one reason, and what can be done about each. */
export function OneReason({ row, version, reason }: { row: ImportView; version: string; reason: SkipView['reason'] }) {
  const [asked, ask] = useState<{ skip: SkipView; question: Question }>();
  const source = useMemo(() => skipsSource(row.id, version, reason), [row.id, version, reason]);
  const columns = useMemo(() => columnsOf(row, (skip, question) => ask({ skip, question })), [row]);
  const Asking = asked && DIALOGS[asked.question];
  const { title, todo, remedy } = REASONS[reason];
  return (
    <Stack gap="sm">
      <Text size="sm">
        <b>What to do:</b> {todo}{' '}
        {remedy === 'map' && (
          <Anchor component={Link} href={`/tenants/${row.tenantId}/mapping`} inherit underline="always">
            Open the mapping
          </Anchor>
        )}
        {remedy === 'link' && 'What you decide counts from the next import on.'}
      </Text>
      {reason === 'already_in_psa' && <AdoptAll row={row} />}
      <DataTable
        label={title}
        columns={columns}
        source={source}
        rowId={({ entity, marketplaceId, line, detail }) => `${entity} ${marketplaceId} ${line ?? ''} ${detail}`}
        empty={<Empty title="None" />}
      />
      {Asking && <Asking skip={asked.skip} row={row} close={() => ask(undefined)} />}
    </Stack>
  );
}

function columnsOf(row: ImportView, onAsk: (skip: SkipView, question: Question) => void): Column<SkipView>[] {
  return [
    {
      id: 'customer',
      header: 'Customer',
      width: 180,
      cell: ({ customerName, entity, marketplaceId }) => customerName ?? (entity === 'customer' ? marketplaceId : '–'),
    },
    { id: 'what', header: 'What', width: 190, cell: (skip) => <What skip={skip} tenantId={row.tenantId} /> },
    {
      id: 'do',
      header: 'What to do',
      width: 215,
      cell: (skip) => <SkipActions skip={skip} row={row} onAsk={(question) => onAsk(skip, question)} />,
    },
    { id: 'detail', header: 'Why', width: 380, cell: ({ detail }) => <span title={detail}>{detail}</span> },
    { id: 'psa', header: 'In HaloPSA', width: 100, cell: ({ psaId }) => psaId ?? '–' },
  ];
}

/** What was left alone; a subscription opens both its records. */
function What({ skip: { entity, marketplaceId, line }, tenantId }: { skip: SkipView; tenantId: string }) {
  if (entity === 'customer') return `Customer ${marketplaceId}`;
  return (
    <Anchor
      component={Link}
      href={lineAddress({ tenantId, subscriptionId: marketplaceId, line: line ?? null })}
      size="sm"
      truncate
      display="block"
    >
      Subscription {marketplaceId}
      {line === undefined ? '' : ` · ${line}`}
    </Anchor>
  );
}
