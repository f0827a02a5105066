import { Button, Checkbox, Group, NumberInput, Radio, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { CustomerView, StartImport, SubscriptionImportInput, TenantView } from '../api/generated.js';
import { useMay } from '../session/session.js';
import { pointedOut } from '../api/problem.js';
import { ProblemAlert } from '../states/problem.js';
import { changed, takeSaved } from '../states/saving.js';
import { CustomerPicker } from './customer-picker.js';
import { ImportButtons } from './import-buttons.js';
import { useUpdateTenant } from './queries.js';
import { Section } from './section.js';

type Settings = Required<Pick<SubscriptionImportInput, 'prices' | 'names' | 'trials' | 'followRenewals' | 'rereadWithinDays'>> & {
  /** Empty for none. */
  supplierId: string;
};

/** Subscription imports: what is written, and for whom. */
export function SubscriptionImports({ tenant }: { tenant: TenantView }) {
  const mayChange = useMay('admin');
  const form = useForm<Settings>({ initialValues: settingsOf(tenant) });
  const update = useUpdateTenant(tenant.id);
  const save = (): void => {
    const sent = form.getValues();
    const { supplierId, ...others } = changed(form.getInitialValues(), sent);
    update.mutate(
      { subscriptionImport: { ...others, ...(supplierId === undefined ? {} : { supplierId: supplierId.trim() || null }) } },
      {
        onSuccess: (saved) => {
          takeSaved(form, sent, settingsOf(saved));
          notifications.show({ message: 'Subscription imports saved.', color: 'green' });
        },
        onError: (error) => form.setErrors(pointedOut(error, 'subscriptionImport')),
      },
    );
  };
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
      <SimpleGrid cols={{ base: 1, sm: 2 }} maw={760}>
        <TextInput
          label="Supplier’s id in HaloPSA"
          description="Put on new Halo subscriptions. Empty: none."
          inputMode="numeric"
          maxLength={12}
          disabled={!mayChange}
          {...form.getInputProps('supplierId')}
        />
        <NumberInput
          label="Read all again within (days)"
          description="For accounts too large to be read whole every day."
          min={1}
          max={31}
          allowDecimal={false}
          clampBehavior="strict"
          disabled={!mayChange}
          {...form.getInputProps('rereadWithinDays')}
        />
      </SimpleGrid>
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
  const { prices, names, trials, followRenewals, rereadWithinDays, supplierId = '' } = subscriptionImport;
  return { prices, names, trials, followRenewals, rereadWithinDays, supplierId } as Settings;
}
