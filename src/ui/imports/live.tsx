import { Paper, Progress, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ImportView } from '../api/generated.js';
import { countText, counted } from '../shown/numbers.js';
import { PHASES } from './import-words.js';
import { type Seen, secondsLeft } from './time-left.js';

/** How far an import is, as it goes. `at` is when that was seen, in milliseconds since 1970. */
export function Live({ row, at }: { row: ImportView; at: number }) {
  const { phase, progress, error } = row;
  const { done, total } = progress;
  const known = total !== null && total > 0;
  const left = useSecondsLeft(row, at);
  return (
    <Paper p="md">
      <Stack gap="xs">
        <Text size="sm" fw={600}>
          {PHASES[phase]}
          {known ? `: ${countText(done)} of ${countText(total)}` : ' …'}
        </Text>
        <Progress value={known ? (100 * done) / total : 100} animated={!known} striped={!known} aria-label="How far the import is" />
        <Text size="sm" c="dimmed">
          {error
            ? 'It is tried again by itself after a while.'
            : (leftText(left) ?? 'You may leave: it goes on, and stays here to be read.')}
        </Text>
      </Stack>
    </Paper>
  );
}

function leftText(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  if (seconds < 60) return 'Less than a minute left in this step.';
  return `About ${counted(Math.round(seconds / 60), 'minute')} left in this step.`;
}

/** Worked out from what was seen of this step since the screen was opened. */
function useSecondsLeft({ phase, attempt, progress }: ImportView, at: number): number | undefined {
  const step = `${phase} ${attempt}`;
  const [first, setFirst] = useState<Seen & { step: string }>();
  if (first?.step !== step || progress.done < first.done) {
    setFirst({ step, done: progress.done, at });
    return undefined;
  }
  return secondsLeft(first, { done: progress.done, at }, progress.total);
}
