import { Alert, Button, Group, List, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { api } from '../api/client.js';
import type { CustomerView, TenantView } from '../api/generated.js';
import { useMay } from '../session/session.js';
import { SearchIcon, UndoIcon } from '../shown/icons.js';
import { counted } from '../shown/numbers.js';
import { Empty } from '../states/empty.js';
import { ProblemAlert } from '../states/problem.js';
import { ClientPicker } from './client-picker.js';
import { ClientsPanel } from './clients-panel.js';
import { type Acts, CustomerRow } from './customer-row.js';
import { CustomersList } from './customers-list.js';
import { type Filter, filtersOf } from './filters.js';
import { IgnoreDialog } from './ignore-dialog.js';
import { LicencesQuestion } from './licences-question.js';
import classes from './mapping.module.css';
import { customersSource, parametersOf } from './queries.js';
import { acceptance, type Asked, useSteps } from './use-steps.js';

/** How many can be mapped at once. */
const MOST = 500;
const NONE: ReadonlyMap<string, CustomerView> = new Map();
const EMPTY: Record<Filter, string> = {
  undecided: 'Every customer is mapped or ignored.',
  mapped: 'No customer is mapped yet.',
  ignored: 'No customer is ignored.',
  all: 'No customer is known yet. A preview or Generate mappings reads them.',
};

/**
 * Customers beside HaloPSA's clients: each is mapped by choosing, by dragging or by accepting, one or many at once. With a
 * `customerId` it begins with that one, whatever its state.
 */
export function MappingTable({ tenant, customerId = '' }: { tenant: TenantView; customerId?: string }) {
  const mayMap = useMay('operator');
  const [filter, setFilter] = useState<Filter>(customerId === '' ? 'undecided' : 'all');
  const [typed, setTyped] = useState(customerId);
  const [search] = useDebouncedValue(typed.trim(), 200);
  const [chosen, setChosen] = useState<ReadonlyMap<string, CustomerView>>(NONE);
  const [ignoring, setIgnoring] = useState<string[]>([]);
  const source = useMemo(() => customersSource(tenant.id, { filter, search }), [tenant.id, filter, search]);
  const { map, remove, back, last, refused, question, ask, error: failed } = useSteps(tenant.id);
  const [mapNow, removeNow] = [map.mutate, remove.mutate];
  const say = useCallback((asked: Asked): void => mapNow(asked, { onSuccess: () => setChosen(NONE) }), [mapNow]);
  const acts = useMemo(
    (): Acts => ({
      choose: (customer, choose) =>
        setChosen((before) => {
          const others = [...before].filter(([id]) => id !== customer.customerId);
          return new Map(choose ? [...others, [customer.customerId, customer]] : others);
        }),
      say: (id, word, client) => say({ customerIds: [id], word, ...(client ? { client } : {}) }),
      ignore: (id) => setIgnoring([id]),
      remove: (mappingId) => removeNow(mappingId),
    }),
    [say, removeNow],
  );
  const chooseAll = useMutation({
    mutationFn: () => api.tenants.getTenantsIdCustomers({ id: tenant.id, ...parametersOf({ filter, search }), limit: MOST }),
    onSuccess: ({ data }) => setChosen(new Map(data.map((customer) => [customer.customerId, customer]))),
  });
  const { psaInstanceId } = tenant;
  const customerIds = [...chosen.keys()];
  const error = failed ?? chooseAll.error;
  return (
    <Stack gap="sm">
      <Group justify="space-between" wrap="wrap">
        <SegmentedControl
          aria-label="Which customers"
          value={filter}
          onChange={(value) => {
            setFilter(value as Filter);
            setChosen(NONE);
          }}
          data={filtersOf(tenant.customers)}
        />
        <TextInput
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          leftSection={<SearchIcon />}
          placeholder="Find a customer"
          aria-label="Find a customer"
        />
      </Group>
      {mayMap && (
        <Group gap="xs" mih={30}>
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => (chosen.size > 0 ? setChosen(NONE) : chooseAll.mutate())}
            loading={chooseAll.isPending}
          >
            {chosen.size > 0 ? 'Choose none' : 'Choose all'}
          </Button>
          {chosen.size > 0 && (
            <>
              <Text size="sm" role="status">
                {counted(chosen.size, 'customer')} chosen:
              </Text>
              <Button size="compact-sm" variant="default" onClick={() => say({ customerIds, word: acceptance([...chosen.values()]) })}>
                Accept suggestions
              </Button>
              <ClientPicker
                psaInstanceId={psaInstanceId}
                label="Choose client"
                about={counted(chosen.size, 'customer')}
                onPick={(client) => say({ customerIds, word: { clientId: client.clientId }, client })}
              />
              <Button size="compact-sm" variant="default" onClick={() => say({ customerIds, word: { createClient: true } })}>
                Create clients
              </Button>
              <Button size="compact-sm" variant="default" onClick={() => setIgnoring(customerIds)}>
                Ignore …
              </Button>
            </>
          )}
        </Group>
      )}
      <div role="status">
        {last && (
          <Alert color="green" p="xs">
            <Group justify="space-between">
              <Text size="sm">{last.says}</Text>
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<UndoIcon />}
                onClick={() => back.mutate({ step: last })}
                loading={back.isPending}
              >
                Take back
              </Button>
            </Group>
          </Alert>
        )}
        {refused.length > 0 && (
          <Alert color="yellow" title={`${counted(refused.length, 'customer')} could not be changed`}>
            <List size="sm">
              {refused.slice(0, 5).map(({ customerId, detail }) => (
                <List.Item key={customerId}>{detail}</List.Item>
              ))}
            </List>
            {refused.length > 5 && <Text size="sm">and {refused.length - 5} more</Text>}
          </Alert>
        )}
      </div>
      {error && <ProblemAlert error={error} />}
      <div className={classes.sides}>
        <CustomersList
          key={`${filter} ${search}`}
          source={source}
          empty={<Empty title={search === '' ? EMPTY[filter] : 'No customer is found'} />}
          renderRow={(customer, place) => (
            <CustomerRow
              key={customer.customerId}
              customer={customer}
              psaInstanceId={psaInstanceId}
              mayMap={mayMap}
              chosen={chosen.has(customer.customerId)}
              acts={acts}
              {...place}
            />
          )}
        />
        <ClientsPanel psaInstanceId={psaInstanceId} />
      </div>
      <IgnoreDialog
        count={ignoring.length}
        onAnswer={(note) => {
          if (note !== undefined) say({ customerIds: ignoring, word: { ignored: true, note } });
          setIgnoring([]);
        }}
      />
      <LicencesQuestion
        question={question}
        onAnswer={(licences) => {
          ask(null);
          if (licences) question?.answer(licences);
        }}
      />
    </Stack>
  );
}
