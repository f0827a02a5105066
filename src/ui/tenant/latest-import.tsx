import { Anchor, Group, Paper, Progress, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { TenantView } from '../api/generated.js';
import { ImportState } from '../imports/import-state.js';
import { When } from '../shown/times.js';
import { isUnderWay } from './queries.js';

/** What the latest import came to, or how far it is. */
export function LatestImport({ tenant }: { tenant: TenantView }) {
  const { lastImport } = tenant;
  if (!lastImport) return <NoneYet tenant={tenant} />;
  const { progress } = lastImport;
  return (
    <Paper p="md">
      <Group justify="space-between" wrap="wrap">
        <Group gap="xs" role="status">
          <Text size="sm">{isUnderWay(tenant) ? 'Import under way:' : 'Last import:'}</Text>
          <ImportState state={lastImport.state} />
          {!isUnderWay(tenant) && (
            <Text size="sm" c="dimmed">
              <When at={lastImport.finishedAt ?? lastImport.createdAt} />
            </Text>
          )}
          {lastImport.error && <Text size="sm">{lastImport.error.message}</Text>}
        </Group>
        <Anchor component={Link} href={`/imports/${lastImport.id}`} size="sm">
          {isUnderWay(tenant) ? 'Watch it' : 'Open it'}
        </Anchor>
      </Group>
      {isUnderWay(tenant) && progress.total !== null && progress.total > 0 && (
        <Progress mt="xs" value={(100 * progress.done) / progress.total} aria-label="How far the import is" />
      )}
    </Paper>
  );
}

/** The way back to the steps of a new tenant, for whoever left them for later. */
function NoneYet({ tenant }: { tenant: TenantView }) {
  return (
    <Paper p="md">
      <Group justify="space-between" wrap="wrap">
        <Text size="sm">Nothing was imported yet.</Text>
        <Anchor component={Link} href={`/tenants/${tenant.id}/first-import`} size="sm">
          Map and import
        </Anchor>
      </Group>
    </Paper>
  );
}
