import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { psaInstancesQuery } from '../tenants/queries.js';

/** The name of a PSA instance; for null, that it is all of them. */
export function PsaInstanceName({ id }: { id: string | null }) {
  const { data = [] } = useQuery(psaInstancesQuery);
  if (id === null)
    return (
      <Text span inherit c="dimmed">
        all
      </Text>
    );
  return <>{data.find((instance) => instance.id === id)?.name ?? id}</>;
}
