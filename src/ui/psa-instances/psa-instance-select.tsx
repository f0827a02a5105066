import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { psaInstancesQuery } from '../tenants/queries.js';

/** Chooses one of the PSA instances in sight. Where there is one only, it is chosen and nothing is asked. */
export function PsaInstanceSelect({
  value,
  onChange,
  error,
}: {
  value: string;
  onChange: (id: string) => void;
  error?: string | undefined;
}) {
  const { data = [] } = useQuery(psaInstancesQuery);
  const only = data.length === 1 ? data[0]?.id : undefined;
  useEffect(() => {
    if (only !== undefined && value === '') onChange(only);
  }, [only, value, onChange]);
  if (only !== undefined) return null;
  return (
    <Select
      label="PSA instance"
      required
      allowDeselect={false}
      data={data.map(({ id, name }) => ({ value: id, label: name }))}
      value={value === '' ? null : value}
      onChange={(id) => onChange(id ?? '')}
      error={error}
    />
  );
}
