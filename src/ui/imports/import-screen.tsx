import { Alert, Button, Group, List, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams, useSearchParams } from 'wouter';
import type { ImportView } from '../api/generated.js';
import { useMay } from '../session/session.js';
import { Screen } from '../shell/screen.js';
import { countText } from '../shown/numbers.js';
import { When } from '../shown/times.js';
import { ProblemAlert } from '../states/problem.js';
import { Read } from '../states/read.js';
import { tenantQuery } from '../tenant/queries.js';
import { Changes } from './changes.js';
import { Counts } from './counts.js';
import { Held } from './held.js';
import { ImportState } from './import-state.js';
import { actorText, leftAlone, scopeText, TRIGGERS } from './import-words.js';
import { Live } from './live.js';
import { importQuery, isGoing } from './queries.js';
import { Skips } from './skips.js';
import { useCancel } from './use-cancel.js';

/** One import: how far it is, what it did or would do, and what it left alone. */
export default function ImportScreen() {
  const { id = '' } = useParams();
  const found = useQuery(importQuery(id));
  const tenant = useQuery({ ...tenantQuery(found.data?.tenantId ?? ''), enabled: found.data !== undefined });
  const kind = found.data?.preview === true ? 'Preview' : 'Import';
  const cancel = useCancel(id);
  const mayCancel = useMay('operator') && found.data !== undefined && isGoing(found.data);
  return (
    <Screen
      title={tenant.data ? `${kind} of ${tenant.data.name}` : kind}
      about={found.data && <About row={found.data} />}
      trail={[{ label: 'Imports', to: '/imports' }]}
      actions={
        mayCancel ? (
          <Button variant="default" onClick={() => cancel.mutate()} loading={cancel.isPending}>
            Cancel
          </Button>
        ) : undefined
      }
    >
      {cancel.error && <ProblemAlert error={cancel.error} />}
      <Read query={found}>{(row) => <Import row={row} at={found.dataUpdatedAt} />}</Read>
    </Screen>
  );
}

function About({ row }: { row: ImportView }) {
  return (
    <>
      {scopeText(row)} · {TRIGGERS[row.trigger]}, {row.requestedBy} · <When at={row.createdAt} />
      {row.attempt > 1 && ` · attempt ${row.attempt}`}
      {row.readEverything && ' · everything read again'}
    </>
  );
}

function Import({ row, at }: { row: ImportView; at: number }) {
  const [wanted, want] = useSearchParams();
  const { error, remarks, preview, counts, calls } = row;
  // What was read of it stands until it moves on.
  const version = `${row.state} ${row.attempt}${isGoing(row) ? ` ${row.phase}` : ''}`;
  return (
    <Stack gap="md">
      <Group gap="sm" role="status">
        <ImportState state={row.state} />
        {row.finishedAt !== null && (
          <Text size="sm" c="dimmed">
            ended <When at={row.finishedAt} />
          </Text>
        )}
        <Text size="sm" c="dimmed">
          {countText(calls.marketplace)} calls to the marketplace, {countText(calls.psa)} to HaloPSA
        </Text>
      </Group>
      {isGoing(row) && <Live row={row} at={at} />}
      {error && (
        <Alert color={error.actor === 'configuration' ? 'orange' : 'red'} title={actorText(error.actor)}>
          {error.message}
        </Alert>
      )}
      {row.state === 'needs_approval' && <Held row={row} />}
      {remarks.length > 0 && (
        <Alert color="blue" title="Worth knowing">
          <List size="sm">
            {remarks.map((remark) => (
              <List.Item key={remark}>{remark}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Counts counts={counts} preview={preview} />
      <Tabs
        value={wanted.get('tab') === 'skips' ? 'skips' : 'changes'}
        onChange={(tab) => want(tab === 'skips' ? { tab } : {}, { replace: true })}
        keepMounted={false}
      >
        <Tabs.List>
          <Tabs.Tab value="changes">{preview ? 'What would be done' : 'Changes'}</Tabs.Tab>
          <Tabs.Tab value="skips">
            {leftAlone(preview)}
            {counts.skipped > 0 ? ` (${countText(counts.skipped)})` : ''}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="changes" pt="sm">
          <Changes row={row} version={version} />
        </Tabs.Panel>
        <Tabs.Panel value="skips" pt="sm">
          <Skips row={row} version={version} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
