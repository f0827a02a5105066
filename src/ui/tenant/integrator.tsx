import { Button, Checkbox, Group, NumberInput, Select, SimpleGrid, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import type { IntegratorView, TenantView } from '../api/generated.js';
import { useMay } from '../session/session.js';
import { ProblemAlert } from '../states/problem.js';
import { changed, takeSaved, type Some } from '../states/saving.js';
import { asProblem } from '../api/problem.js';
import { IntegratorAtWork } from './integrator-at-work.js';
import { useUpdateTenant } from './queries.js';
import { Section } from './section.js';

const ZONES = Intl.supportedValuesOf('timeZone');
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Integrator: the daily schedule. */
export function Integrator({ tenant }: { tenant: TenantView }) {
  const mayChange = useMay('admin');
  const { integrator, guard } = tenant;
  // Until it runs, a zone that nobody chose is the browser's.
  const timeZone = !integrator.enabled && integrator.timeZone === 'UTC' ? HERE : integrator.timeZone;
  const form = useForm({ initialValues: { integrator: { ...integrator, timeZone }, guard } });
  const update = useUpdateTenant(tenant.id);
  const { enabled } = form.values.integrator;
  const save = (): void => {
    const sent = form.getValues();
    update.mutate(
      {
        integrator: wantedOf(form.getInitialValues().integrator, sent.integrator),
        guard: changed(form.getInitialValues().guard, sent.guard),
      },
      {
        onSuccess: (saved) => {
          takeSaved(form, sent, { integrator: saved.integrator, guard: saved.guard });
          notifications.show({ message: saved.integrator.enabled ? 'The integrator is on.' : 'The integrator is off.', color: 'green' });
        },
        onError: (error) =>
          form.setErrors(
            Object.fromEntries(
              Object.entries(asProblem(error).fields).map(([pointer, message]) => [pointer.replaceAll('/', '.'), message]),
            ),
          ),
      },
    );
  };
  return (
    <Section
      id="integrator"
      title="Integrator"
      about="Imports every day by itself. It runs in Isthmus, not in Halo’s own program of that name (Halo Integrator), which calls no third party: nothing has to be switched on there."
    >
      <IntegratorAtWork tenant={tenant} />
      <Switch label="Enable the integrator" disabled={!mayChange} {...form.getInputProps('integrator.enabled', { type: 'checkbox' })} />
      {enabled && (
        <Stack>
          <Group>
            <Checkbox label="Customers" disabled={!mayChange} {...form.getInputProps('integrator.customers', { type: 'checkbox' })} />
            <Checkbox
              label="Subscriptions"
              disabled={!mayChange}
              {...form.getInputProps('integrator.subscriptions', { type: 'checkbox' })}
            />
          </Group>
          <SimpleGrid cols={{ base: 1, sm: 2 }} maw={560}>
            <TextInput
              type="time"
              label="Time"
              description="Each tenant starts up to ten minutes after it."
              disabled={!mayChange}
              {...form.getInputProps('integrator.at')}
            />
            <Select
              label="Time zone"
              description="Whose clocks count."
              data={ZONES.includes(timeZone) ? ZONES : [timeZone, ...ZONES]}
              searchable
              allowDeselect={false}
              disabled={!mayChange}
              {...form.getInputProps('integrator.timeZone')}
            />
          </SimpleGrid>
          <Checkbox
            label="Deactivate subscriptions in Halo when they are deleted from Cloud Blue"
            description="Only after the marketplace itself says, by the subscription’s id, that it ended. Nothing is ever deleted in HaloPSA."
            disabled={!mayChange}
            {...form.getInputProps('integrator.deactivateDeleted', { type: 'checkbox' })}
          />
          <Stack gap="xs">
            <Text size="sm" fw={600}>
              When more than this would end at once, a person is asked first
            </Text>
            <SimpleGrid cols={{ base: 1, sm: 2 }} maw={560}>
              <NumberInput
                label="Subscriptions"
                description="Whichever of the two is greater."
                min={0}
                disabled={!mayChange}
                {...form.getInputProps('guard.floor')}
              />
              <NumberInput
                label="Percent of the active ones"
                description="Also for new clients, after the first import."
                min={0}
                max={100}
                disabled={!mayChange}
                {...form.getInputProps('guard.percent')}
              />
            </SimpleGrid>
          </Stack>
        </Stack>
      )}
      {update.error && <ProblemAlert error={update.error} />}
      {mayChange && (
        <Group>
          <Button onClick={save} loading={update.isPending} disabled={!form.isDirty()}>
            Save integrator
          </Button>
        </Group>
      )}
    </Section>
  );
}

/** What is asked for: switched on, it runs as it is shown; switched off, it deactivates nothing either. */
function wantedOf(before: IntegratorView, now: IntegratorView): Some<IntegratorView> {
  if (!now.enabled) return { enabled: false, deactivateDeleted: false };
  return before.enabled ? changed(before, now) : now;
}
