import { Button, Checkbox, Group, Radio, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { CustomerView, StartImport, SubscriptionImportInput, TenantView } from '../api/generated.js';
import { useMay } from '../session/session.js';
import { ProblemAlert } from '../states/problem.js';
import { CustomerPicker } from './customer-picker.js';
import { ImportButtons } from './import-buttons.js';
import { useUpdateTenant } from './queries.js';
import { Section } from './section.js';

type Settings = Required<Pick<SubscriptionImportInput, 'prices' | 'names' | 'trials' | 'followRenewals'>>;

/** Subscription imports: what is written, and for whom. */
export function SubscriptionImports({ tenant }: { tenant: TenantView }) {
  const mayChange = useMay('admin');
  const form = useForm<Settings>({ initialValues: settingsOf(tenant) });
  const update = useUpdateTenant(tenant.id);
  const save = (): void =>
    update.mutate(
      { subscriptionImport: form.values },
      {
        onSuccess: () => {
          form.resetDirty();
          notifications.show({ message: 'Subscription imports saved.', color: 'green' });
        },
      },
    );
  return (
    <Section
      id="subscription-imports"
      title="Subscription imports"
      about="Each product line of a subscription becomes a Halo subscription on its client. Quantity, term, dates, status, auto-renew, cost and SKU are kept in step always."
    >
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <Select
          label="Prices"
          description="What your customer pays."
          data={[
            { value: 'on_create', label: 'Write when creating' },
            { value: 'always', label: 'Keep in step' },
            { value: 'never', label: 'Never write' },
          ]}
          allowDeselect={false}
          disabled={!mayChange}
          {...form.getInputProps('prices')}
        />
        <Select
          label="Names"
          description="Of the Halo subscription."
          data={[
            { value: 'on_create', label: 'Write when creating' },
            { value: 'always', label: 'Keep in step' },
          ]}
          allowDeselect={false}
          disabled={!mayChange}
          {...form.getInputProps('names')}
        />
        <Select
          label="Trials"
          description="Subscriptions that cost nothing yet."
          data={[
            { value: 'import', label: 'Import' },
            { value: 'skip', label: 'Leave alone' },
          ]}
          allowDeselect={false}
          disabled={!mayChange}
          {...form.getInputProps('trials')}
        />
      </SimpleGrid>
      <Checkbox
        label="Follow renewals"
        description="A renewal under a new subscription id goes on in the same Halo subscription, so that its invoice line lives on."
        disabled={!mayChange}
        {...form.getInputProps('followRenewals', { type: 'checkbox' })}
      />
      {update.error && <ProblemAlert error={update.error} />}
      {mayChange && (
        <Group>
          <Button onClick={save} loading={update.isPending} disabled={!form.isDirty()}>
            Save subscription imports
          </Button>
        </Group>
      )}
      <ImportFor tenant={tenant} disabled={form.isDirty()} />
    </Section>
  );
}

function ImportFor({ tenant, disabled }: { tenant: TenantView; disabled: boolean }) {
  const [scope, setScope] = useState('all');
  const [customer, setCustomer] = useState<CustomerView | null>(null);
  const one = scope === 'one';
  const wanted: StartImport = {
    entities: ['customers', 'subscriptions'],
    ...(one && customer ? { customerId: customer.customerId } : {}),
  };
  if (!useMay('operator')) return null;
  return (
    <Stack gap="xs">
      <Radio.Group label={<Text fw={600}>Import subscriptions</Text>} value={scope} onChange={setScope}>
        <Group mt={4}>
          <Radio value="all" label="For all clients" />
          <Radio value="one" label="For one client" />
        </Group>
      </Radio.Group>
      {one && <CustomerPicker tenantId={tenant.id} value={customer} onChange={setCustomer} />}
      <ImportButtons tenantId={tenant.id} wanted={wanted} disabled={disabled || (one && customer === null)} />
    </Stack>
  );
}

function settingsOf({ subscriptionImport }: TenantView): Settings {
  const { prices, names, trials, followRenewals } = subscriptionImport;
  return { prices, names, trials, followRenewals } as Settings;
}
