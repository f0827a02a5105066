import { Button, Group, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useLocation } from 'wouter';
import { asProblem } from '../api/problem.js';
import { Dialog } from '../shell/dialog.js';
import { ProblemAlert } from '../states/problem.js';
import { ShownOnce } from '../states/shown-once.js';
import { PsaFields } from './fields.js';
import { formErrors, formOf, missing, savedForm } from './form.js';
import { useCreatePsaInstance } from './queries.js';

/** Connects a HaloPSA, shows the secret that its calls are known by, once, and goes to where it is tested. */
export function NewPsaInstance({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const create = useCreatePsaInstance();
  const [, go] = useLocation();
  const form = useForm({ initialValues: formOf(undefined), validate: (values) => missing(values, true) });
  const close = (): void => {
    // What is being made is shown this once.
    if (create.isPending) return;
    create.reset();
    form.reset();
    onClose();
  };
  const save = form.onSubmit((values) =>
    create.mutate(
      { ...savedForm(values), baseUrl: values.baseUrl, clientId: values.clientId, clientSecret: values.clientSecret },
      { onError: (error) => form.setErrors(formErrors(asProblem(error).fields)) },
    ),
  );
  return (
    <Dialog
      opened={opened}
      onClose={close}
      size="xl"
      title={create.data ? 'Webhook secret' : 'New PSA instance'}
      closeOnClickOutside={false}
    >
      {create.data ? (
        <ShownOnce label="Webhook secret" secret={create.data.webhookSecret} onDone={() => go(`/psa-instances/${create.data.id}`)} />
      ) : (
        <form onSubmit={save} noValidate>
          <Stack>
            <PsaFields form={form} />
            {create.error && <ProblemAlert error={create.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={create.isPending}>
                Connect
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Dialog>
  );
}
