import { Button, Group, Pill, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { SearchIcon } from '../shown/icons.js';
import { tenantsQuery } from '../tenants/queries.js';
import type { Filters } from './filters.js';
import { STATES, STATUSES } from './states.js';

const options = (words: Record<string, { label: string }>) => Object.entries(words).map(([value, { label }]) => ({ value, label }));

/** What a link narrows to, which no field of its own shows. */
const ONLY = { customerId: 'Customer', clientId: 'Client' };
const REMOVE = {
  customerId: { 'aria-label': 'Show all customers', 'aria-hidden': false, tabIndex: 0 },
  clientId: { 'aria-label': 'Show all clients', 'aria-hidden': false, tabIndex: 0 },
};

/** What narrows the table down. Each change is in the address at once. */
export function FilterBar({
  filters,
  onChange,
}: {
  filters: Filters;
  onChange: (changes: Partial<Record<keyof Filters, string>>) => void;
}) {
  const { data: tenants = [] } = useQuery(tenantsQuery);
  const [typed, setTyped] = useState(filters.search ?? '');
  const { search: sought = '' } = filters;
  const asked = useRef(sought);
  const search = useDebouncedCallback((text: string) => {
    asked.current = text.trim();
    onChange({ search: text.trim() });
  }, 250);
  // A link may ask for something else: what stands in the field is what the list was searched for.
  useEffect(() => {
    if (asked.current === sought) return;
    asked.current = sought;
    setTyped(sought);
  }, [sought]);
  const select = (name: keyof Filters, label: string, any: string, data: { value: string; label: string }[]) => (
    <Select
      aria-label={label}
      w={150}
      allowDeselect={false}
      data={[{ value: '', label: any }, ...data]}
      value={filters[name] ?? ''}
      onChange={(value) => onChange({ [name]: value ?? '' })}
    />
  );
  const narrowed = Object.keys(filters).length > 0;
  return (
    <Group gap="xs" align="flex-end" role="search" aria-label="Subscriptions">
      <TextInput
        aria-label="Search subscriptions"
        placeholder="Product, MPN, customer, client or id"
        leftSection={<SearchIcon />}
        w={200}
        maxLength={200}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          search(event.currentTarget.value);
        }}
      />
      {tenants.length > 1 &&
        select(
          'tenantId',
          'Tenant',
          'All tenants',
          tenants.map(({ id, name }) => ({ value: id, label: name })),
        )}
      {select('status', 'Status', 'Any status', options(STATUSES))}
      {select('state', 'In Halo', 'In Halo or not', options(STATES))}
      {select('autoRenew', 'Auto-renew', 'Renews or not', [
        { value: 'true', label: 'Auto-renews' },
        { value: 'false', label: 'Does not renew' },
      ])}
      <TextInput
        type="date"
        label="Renews before"
        value={filters.renewsBefore ?? ''}
        onChange={(event) => onChange({ renewsBefore: event.currentTarget.value })}
      />
      {(['customerId', 'clientId'] as const).map(
        (name) =>
          filters[name] !== undefined && (
            <Pill key={name} size="md" withRemoveButton onRemove={() => onChange({ [name]: '' })} removeButtonProps={REMOVE[name]}>
              {ONLY[name]} {filters[name]} only
            </Pill>
          ),
      )}
      {narrowed && (
        <Button
          variant="subtle"
          onClick={() => {
            search.cancel();
            setTyped('');
            asked.current = '';
            onChange(Object.fromEntries(Object.keys(filters).map((name) => [name, ''])));
          }}
        >
          Clear filters
        </Button>
      )}
    </Group>
  );
}
