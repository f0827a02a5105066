import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { asProblem } from '../api/problem.js';
import { PsaInstanceSelect } from '../psa-instances/psa-instance-select.js';
import { ROLES, type GivenRole } from '../session/roles.js';
import { Dialog } from '../shell/dialog.js';
import { ShownOnce } from '../states/shown-once.js';
import { ProblemAlert } from '../states/problem.js';
import { useCreateToken } from './queries.js';

/** Makes a token, and shows it the one time that it can be seen. */
export function NewToken({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const create = useCreateToken();
  const form = useForm({ initialValues: { name: '', role: 'viewer' as GivenRole, psaInstanceId: '', expires: '' } });
  const close = (): void => {
    // What is being made is shown this once.
    if (create.isPending) return;
    create.reset();
    form.reset();
    onClose();
  };
  const save = form.onSubmit(({ name, role, psaInstanceId, expires }) =>
    create.mutate(
      {
        name: name.trim(),
        role,
        ...(psaInstanceId === '' ? {} : { psaInstanceId }),
        ...(expires === '' ? {} : { expiresAt: new Date(`${expires}T23:59:59`).toISOString() }),
      },
      { onError: (error) => form.setErrors({ ...asProblem(error).fields, expires: asProblem(error).fields['expiresAt'] }) },
    ),
  );
  return (
    <Dialog opened={opened} onClose={close} title="New API token" closeOnClickOutside={false}>
      {create.data ? (
        <ShownOnce label="API token" secret={create.data.token} onDone={close} />
      ) : (
        <form onSubmit={save} noValidate>
          <Stack>
            <TextInput
              label="Name"
              description="What will use it, so that it can be told apart later."
              required
              maxLength={200}
              data-autofocus
              {...form.getInputProps('name')}
            />
            <PsaInstanceSelect
              value={form.values.psaInstanceId}
              onChange={(id) => form.setFieldValue('psaInstanceId', id)}
              error={form.errors['psaInstanceId'] as string | undefined}
            />
            <Select label="Role" allowDeselect={false} data={ROLES} {...form.getInputProps('role')} />
            <TextInput type="date" label="Valid until" description="Empty: until it is revoked." {...form.getInputProps('expires')} />
            {create.error && <ProblemAlert error={create.error} />}
            <Text size="sm" c="dimmed">
              The token is shown once, in the next step.
            </Text>
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={create.isPending} disabled={form.values.name.trim() === ''}>
                Make token
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Dialog>
  );
}
