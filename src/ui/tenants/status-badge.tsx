import { Badge, Tooltip } from '@mantine/core';
import type { TenantView } from '../api/generated.js';

const STATUS = {
  ok: { label: 'Working', color: 'green', says: 'Its account was seen to work.' },
  untested: { label: 'Untested', color: 'gray', says: 'Its account was saved without being tried, so it is not scheduled. Test it.' },
  failing: { label: 'Failing', color: 'red', says: 'The marketplace refused its account lately.' },
  paused: { label: 'Paused', color: 'yellow', says: 'The integrator leaves it alone.' },
} as const;

/** The state of a tenant in one word. */
export function StatusBadge({ tenant }: { tenant: Pick<TenantView, 'status' | 'enabled' | 'pausedWhy'> }) {
  const { label, color, says } = tenant.enabled ? STATUS[tenant.status] : { label: 'Off', color: 'gray', says: 'It is switched off.' };
  return (
    <Tooltip label={tenant.status === 'paused' && tenant.pausedWhy ? `${says} ${tenant.pausedWhy}` : says} multiline maw={360}>
      <Badge color={color} variant="light">
        {label}
      </Badge>
    </Tooltip>
  );
}
