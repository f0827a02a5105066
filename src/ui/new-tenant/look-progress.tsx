import { Paper, Progress, Stack, Text } from '@mantine/core';
import type { ImportView } from '../api/generated.js';
import { countText } from '../shown/numbers.js';
import { ProblemAlert } from '../states/problem.js';

const PHASES: Record<ImportView['phase'], string> = {
  waiting: 'Waiting for its turn',
  marketplace: 'Reading customers and subscriptions from the marketplace',
  psa: 'Reading clients and subscriptions from HaloPSA',
  plan: 'Working out the difference',
  apply: 'Working out the difference',
  done: 'Matching customers and clients by their names',
};

/** How far the first look is. */
export function LookProgress({ preview, error, again }: { preview: ImportView | null; error: unknown; again: () => void }) {
  if (error) return <ProblemAlert error={error} retry={again} />;
  const { done, total } = preview?.progress ?? { done: 0, total: null };
  const known = total !== null && total > 0;
  return (
    <Paper p="lg">
      <Stack>
        <Text fw={600}>A first look at both sides</Text>
        <Text size="sm" role="status">
          {PHASES[preview?.phase ?? 'waiting']}
          {known ? `: ${countText(done)} of ${countText(total)}` : ' …'}
        </Text>
        <Progress value={known ? (100 * done) / total : 100} animated={!known} striped={!known} aria-label="How far the first look is" />
        <Text size="sm" c="dimmed">
          This only reads. The marketplace allows few calls, so a large account takes some minutes; you may leave and come back.
        </Text>
      </Stack>
    </Paper>
  );
}
