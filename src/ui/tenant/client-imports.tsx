import { Anchor, Badge, Button, Checkbox, Group, Select, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { api } from '../api/client.js';
import type { TenantView, TopLevelView } from '../api/generated.js';
import { MAPPING_STATES, type ShownState } from '../mapping/mapping-states.js';
import { useMay } from '../session/session.js';
import { counted, countText } from '../shown/numbers.js';
import { ProblemAlert } from '../states/problem.js';
import { changed, takeSaved } from '../states/saving.js';
import { ImportButtons } from './import-buttons.js';
import { topLevelsQuery, useUpdateTenant } from './queries.js';
import { Section } from './section.js';

/** Client imports: mapping, and how customers become clients. */
export function ClientImports({ tenant }: { tenant: TenantView }) {
  const mayChange = useMay('admin');
  const form = useForm({ initialValues: settingsOf(tenant) });
  const update = useUpdateTenant(tenant.id);
  const topLevels = useQuery(topLevelsQuery(tenant.psaInstanceId));
  const save = (): void => {
    const sent = form.getValues();
    update.mutate(
      { clientImport: changed(form.getInitialValues(), sent) },
      {
        onSuccess: (saved) => {
          takeSaved(form, sent, settingsOf(saved));
          notifications.show({ message: 'Client imports saved.', color: 'green' });
        },
      },
    );
  };
  return (
    <Section
      id="client-imports"
      title="Client imports"
      about="Which client in HaloPSA each customer is, and what becomes of those that have none."
    >
      <Mappings tenant={tenant} />
      <Select
        label="Top level for new clients"
        description="Read from HaloPSA."
        placeholder={topLevels.isPending ? 'Reading top levels from HaloPSA …' : 'HaloPSA’s default'}
        data={offered(topLevels.data ?? [], form.values.topLevelId)}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'Use HaloPSA’s default top level' }}
        maw={420}
        disabled={!mayChange}
        error={topLevels.error ? `Top levels could not be read: ${topLevels.error.message}` : undefined}
        {...form.getInputProps('topLevelId')}
      />
      <Checkbox
        label="Create a client for a customer that none matches"
        description="Otherwise such a customer waits until you map it."
        disabled={!mayChange}
        {...form.getInputProps('createUnmatched', { type: 'checkbox' })}
      />
      <Checkbox
        label="Only customers that hold subscriptions"
        description="Customers without any are left alone."
        disabled={!mayChange}
        {...form.getInputProps('onlyWithSubscriptions', { type: 'checkbox' })}
      />
      <Checkbox
        label="Update main site address"
        description="Writes the customer’s address to the client’s main site, also over one that was edited in HaloPSA."
        disabled={!mayChange}
        {...form.getInputProps('updateMainSiteAddress', { type: 'checkbox' })}
      />
      {update.error && <ProblemAlert error={update.error} />}
      {mayChange && (
        <Group>
          <Button onClick={save} loading={update.isPending} disabled={!form.isDirty()}>
            Save client imports
          </Button>
        </Group>
      )}
      <Stack gap={4}>
        <Text fw={600}>Import clients</Text>
        <ImportButtons tenantId={tenant.id} wanted={{ entities: ['customers'] }} label="Import clients now" disabled={form.isDirty()} />
      </Stack>
    </Section>
  );
}

/** The one that is set is shown by its id, where HaloPSA does not name it: it is not HaloPSA's default. */
function offered(levels: readonly TopLevelView[], set: string | null): { value: string; label: string }[] {
  const named = levels.map(({ topLevelId, name }) => ({ value: topLevelId, label: name }));
  return set === null || levels.some(({ topLevelId }) => topLevelId === set) ? named : [{ value: set, label: `No. ${set}` }, ...named];
}

function settingsOf({ clientImport }: TenantView) {
  const { createUnmatched, onlyWithSubscriptions, updateMainSiteAddress, topLevelId = null } = clientImport;
  return { createUnmatched, onlyWithSubscriptions, updateMainSiteAddress, topLevelId };
}

function Mappings({ tenant }: { tenant: TenantView }) {
  const client = useQueryClient();
  const generate = useMutation({
    mutationFn: () => api.tenants.postTenantsIdMappingsGenerate({ id: tenant.id }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tenants'] }),
  });
  const mayMap = useMay('operator');
  const states = (Object.entries(tenant.customers) as [ShownState, number][]).filter(([, count]) => count > 0);
  return (
    <Stack gap="xs">
      {states.length === 0 ? (
        <Text size="sm" c="dimmed">
          No customer is known yet: a preview or <i>Generate mappings</i> reads them.
        </Text>
      ) : (
        <Group gap="xs" role="list" aria-label="Customers by state of mapping">
          {states.map(([state, count]) => (
            <Badge key={state} role="listitem" variant="light" color={MAPPING_STATES[state].color}>
              {countText(count)} {MAPPING_STATES[state].label.toLowerCase()}
            </Badge>
          ))}
        </Group>
      )}
      <Group>
        <Button component={Link} href={`/tenants/${tenant.id}/mapping`} variant="default">
          Open mapping table
        </Button>
        {mayMap && (
          <Button variant="default" onClick={() => generate.mutate()} loading={generate.isPending}>
            Generate mappings
          </Button>
        )}
      </Group>
      <Text size="sm" role="status">
        {generate.data &&
          `${counted(generate.data.mapped, 'customer')} mapped now; ${countText(generate.data.suggested)} with a suggestion, ${countText(generate.data.ambiguous)} ambiguous, ${countText(generate.data.unmatched)} without a match.`}
        {generate.data && generate.data.suggested + generate.data.ambiguous > 0 && (
          <>
            {' '}
            <Anchor component={Link} href={`/tenants/${tenant.id}/mapping`} inherit underline="always">
              Decide them
            </Anchor>
          </>
        )}
      </Text>
      {generate.error && <ProblemAlert error={generate.error} />}
    </Stack>
  );
}
