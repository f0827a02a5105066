import { Alert, Anchor, Button, Group, Paper, Stack, Table, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { ImportView, TenantView } from '../api/generated.js';
import { useMay } from '../session/session.js';
import { countText } from '../shown/numbers.js';
import { ProblemAlert } from '../states/problem.js';
import { useImport } from '../tenant/use-import.js';

/** The last step: what the import would do, and doing it. */
export function ImportStep({
  tenant,
  preview,
  again,
  back,
}: {
  tenant: TenantView;
  preview: ImportView | null;
  again: () => void;
  back: () => void;
}) {
  const start = useImport(tenant.id);
  const mayImport = useMay('operator');
  const failed = preview?.state === 'failed' || preview?.state === 'cancelled';
  return (
    <Paper p="lg">
      <Stack>
        {failed ? (
          <Alert color="red" title="The look did not succeed">
            {preview.error?.message ?? 'It was cancelled.'}
          </Alert>
        ) : (
          preview && <WouldDo preview={preview} />
        )}
        <Text size="sm" c="dimmed">
          These are the figures of the last look. What you mapped since counts in the import; look again to see it in the figures.
        </Text>
        {start.error && <ProblemAlert error={start.error} />}
        <Group justify="space-between">
          <Button variant="default" onClick={back}>
            Back to mapping
          </Button>
          {mayImport && (
            <Group>
              <Button variant="default" onClick={again}>
                Look again
              </Button>
              <Button onClick={() => start.mutate({ entities: ['customers', 'subscriptions'] })} loading={start.isPending}>
                Import now
              </Button>
            </Group>
          )}
        </Group>
      </Stack>
    </Paper>
  );
}

function WouldDo({ preview }: { preview: ImportView }) {
  const { clients, licences, skipped } = preview.counts;
  const lines: [string, number][] = [
    ['clients would be linked by their name', clients.linked],
    ['clients would be created', clients.created],
    ['main site addresses would be updated', clients.updated],
    ['Halo subscriptions would be created', licences.created],
    ['Halo subscriptions would be updated', licences.updated + licences.rekeyed + licences.reactivated],
    ['would be left alone, each with a reason', skipped],
  ];
  return (
    <>
      <Text fw={600}>What the import would do</Text>
      <Table maw={520} aria-label="What the import would do">
        <Table.Tbody>
          {lines.map(([what, count]) => (
            <Table.Tr key={what}>
              <Table.Td className="number">{countText(count)}</Table.Td>
              <Table.Th scope="row" fw={400}>
                {what}
              </Table.Th>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Anchor component={Link} href={`/imports/${preview.id}`} size="sm">
        See each change and each reason
      </Anchor>
    </>
  );
}
