import { Group, Paper, Text } from '@mantine/core';
import type { ImportView } from '../api/generated.js';
import { countText } from '../shown/numbers.js';

/** What came of an import, or would: the figures that are not zero. */
export function Counts({
  counts: { clients, licences, skipped, held, failed },
  preview,
}: {
  counts: ImportView['counts'];
  preview: boolean;
}) {
  const would = preview ? 'to be ' : '';
  const figures: [label: string, count: number][] = [
    [`clients ${would}linked by name`, clients.linked],
    [`clients ${would}created`, clients.created],
    [`main site addresses ${would}updated`, clients.updated],
    [`Halo subscriptions ${would}created`, licences.created],
    [`Halo subscriptions ${would}updated`, licences.updated],
    [`${would}kept for renewals`, licences.rekeyed],
    [preview ? 'to become inactive' : 'made inactive', licences.deactivated],
    [preview ? 'to become active again' : 'made active again', licences.reactivated],
    [preview ? 'in step already' : 'unchanged', clients.unchanged + licences.unchanged],
    [preview ? 'to be held for approval' : 'held for approval', held],
    ['failed', failed],
    [preview ? 'to be left alone' : 'left alone', skipped],
  ];
  const shown = figures.filter(([, count]) => count > 0);
  if (shown.length === 0) return null;
  return (
    <Paper p="md" component="section" aria-label={preview ? 'What would come of it' : 'What came of it'}>
      <Group gap="xl" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {shown.map(([label, count]) => (
          <li key={label}>
            <Text fw={600} size="lg">
              {countText(count)}
            </Text>
            <Text size="sm" c="dimmed">
              {label}
            </Text>
          </li>
        ))}
      </Group>
    </Paper>
  );
}
