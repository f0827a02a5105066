import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client.js';
import type { CustomerView } from '../api/generated.js';

/** Finds one customer of a tenant by typing: by its name, its id, or the client it is mapped to. */
export function CustomerPicker({
  tenantId,
  value,
  onChange,
}: {
  tenantId: string;
  value: CustomerView | null;
  onChange: (customer: CustomerView | null) => void;
}) {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), 200);
  const found = useQuery({
    queryKey: ['tenants', tenantId, 'customers', { search, limit: 20 }],
    queryFn: async ({ signal }) =>
      (await api.tenants.getTenantsIdCustomers({ id: tenantId, limit: 20, ...(search === '' ? {} : { search }) }, { signal })).data,
    placeholderData: keepPreviousData,
  });
  const customers = found.data ?? [];
  const offered = value && !customers.some((customer) => customer.customerId === value.customerId) ? [value, ...customers] : customers;
  return (
    <Select
      label="Client"
      description="Type a part of the customer’s name, or its whole id."
      placeholder="Find a customer"
      searchable
      clearable
      clearButtonProps={{ 'aria-label': 'Choose no client' }}
      maw={480}
      nothingFoundMessage={found.isFetching ? 'Searching …' : 'No customer is found.'}
      filter={({ options }) => options}
      data={offered.map((customer) => ({ value: customer.customerId, label: labelOf(customer) }))}
      value={value?.customerId ?? null}
      onChange={(id) => onChange(offered.find(({ customerId }) => customerId === id) ?? null)}
      searchValue={typed}
      onSearchChange={setTyped}
      error={found.error?.message}
    />
  );
}

function labelOf({ name, customerId, mapping }: CustomerView): string {
  const client = mapping?.state === 'mapped' && mapping.clientName ? `, client ${mapping.clientName}` : '';
  return `${name} (${customerId}${client})`;
}
