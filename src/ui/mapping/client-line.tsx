import { Text } from '@mantine/core';
import type { ClientView } from '../api/generated.js';

/** A client as pickers show it: what tells clients of one name apart stands below. */
export function ClientLine({ client }: { client: ClientView }) {
  const more = [`id ${client.clientId}`, client.siteName && `site ${client.siteName}`, client.domain].filter(Boolean).join(' · ');
  return (
    <div style={{ minWidth: 0 }}>
      <Text size="sm" truncate>
        {client.name}
        {client.inactive && ' (inactive)'}
      </Text>
      <Text size="xs" c="dimmed" truncate>
        {more}
      </Text>
    </div>
  );
}
