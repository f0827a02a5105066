import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { asProblem } from '../api/problem.js';
import { PsaInstanceSelect } from '../psa-instances/psa-instance-select.js';
import { ROLES, type GivenRole } from '../session/roles.js';
import { Dialog } from '../shell/dialog.js';
import { ProblemAlert } from '../states/problem.js';
import { useGrant } from './queries.js';

/** Gives a role to an agent who need not have come in yet. */
export function GrantRoleDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const grant = useGrant();
  const form = useForm({ initialValues: { psaInstanceId: '', agentId: '', role: 'operator' as GivenRole } });
  const close = (): void => {
    grant.reset();
    form.reset();
    onClose();
  };
  const save = form.onSubmit(({ psaInstanceId, agentId, role }) =>
    grant.mutate(
      { agentId: agentId.trim(), role, ...(psaInstanceId === '' ? {} : { psaInstanceId }) },
      {
        onError: (error) => form.setErrors(asProblem(error).fields),
        onSuccess: ({ name }) => {
          notifications.show({ message: `${name} is ${role} now.`, color: 'green' });
          close();
        },
      },
    ),
  );
  return (
    <Dialog opened={opened} onClose={close} title="Give an agent a role" closeOnClickOutside={false}>
      <form onSubmit={save} noValidate>
        <Stack>
          <PsaInstanceSelect
            value={form.values.psaInstanceId}
            onChange={(id) => form.setFieldValue('psaInstanceId', id)}
            error={form.errors['psaInstanceId'] as string | undefined}
          />
          <TextInput
            label="Agent id"
            description="A number: in HaloPSA it stands in the address of the agent’s page."
            required
            inputMode="numeric"
            data-autofocus
            {...form.getInputProps('agentId')}
          />
          <Select label="Role" allowDeselect={false} data={ROLES} {...form.getInputProps('role')} />
          {grant.error && <ProblemAlert error={grant.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={grant.isPending} disabled={form.values.agentId.trim() === ''}>
              Give role
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
