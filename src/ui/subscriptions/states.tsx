import { Badge, Tooltip } from '@mantine/core';
import type { SubscriptionLineView } from '../api/generated.js';

/** What the marketplace says of a subscription. */
export const STATUSES: Record<SubscriptionLineView['status'], { label: string; color: string }> = {
  active: { label: 'Active', color: 'green' },
  hold: { label: 'On hold', color: 'orange' },
  pending: { label: 'Pending', color: 'blue' },
  terminated: { label: 'Terminated', color: 'gray' },
  removed: { label: 'Removed', color: 'gray' },
  unknown: { label: 'Unknown', color: 'gray' },
};

/** Whether it is in HaloPSA. */
export const STATES: Record<SubscriptionLineView['state'], { label: string; color: string; says: string }> = {
  linked: { label: 'In Halo', color: 'green', says: 'A Halo subscription keeps it.' },
  skipped: { label: 'Not in Halo', color: 'orange', says: 'No Halo subscription keeps it. What the latest import left alone says why.' },
  ended: { label: 'Ended', color: 'gray', says: 'It is over in the marketplace.' },
};

export function StatusBadge({ status }: { status: SubscriptionLineView['status'] }) {
  const { label, color } = STATUSES[status];
  return (
    <Badge color={color} variant="light">
      {label}
    </Badge>
  );
}

export function LineStateBadge({ state }: { state: SubscriptionLineView['state'] }) {
  const { label, color, says } = STATES[state];
  return (
    <Tooltip label={says} multiline maw={320}>
      <Badge color={color} variant="light">
        {label}
      </Badge>
    </Tooltip>
  );
}
