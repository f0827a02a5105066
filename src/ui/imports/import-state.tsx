import { Badge } from '@mantine/core';
import type { ImportView } from '../api/generated.js';

const STATES: Record<ImportView['state'], { label: string; color: string }> = {
  queued: { label: 'Waiting', color: 'gray' },
  running: { label: 'Running', color: 'blue' },
  needs_approval: { label: 'Needs approval', color: 'orange' },
  succeeded: { label: 'Succeeded', color: 'green' },
  succeeded_with_skips: { label: 'Succeeded, with skips', color: 'green' },
  partly_failed: { label: 'Partly failed', color: 'orange' },
  failed: { label: 'Failed', color: 'red' },
  cancelled: { label: 'Cancelled', color: 'gray' },
};

export const STATE_LABELS = Object.fromEntries(Object.entries(STATES).map(([state, { label }]) => [state, label]));

/** How an import ended, or where it is. */
export function ImportState({ state }: { state: ImportView['state'] }) {
  const { label, color } = STATES[state];
  return (
    <Badge color={color} variant="light">
      {label}
    </Badge>
  );
}
