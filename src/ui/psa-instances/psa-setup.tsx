import { Anchor, Button, Group, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { Link } from 'wouter';
import { api } from '../api/client.js';
import type { PsaInstanceView } from '../api/generated.js';
import { asProblem } from '../api/problem.js';
import { useMay } from '../session/session.js';
import { ProblemAlert } from '../states/problem.js';
import { changed, takeSaved } from '../states/saving.js';
import { Checks } from '../tenant/checks.js';
import { Section } from '../tenant/section.js';
import { faultsOf } from '../tenant/use-test.js';
import { PsaFields } from './fields.js';
import { formErrors, formOf, missing, savedForm } from './form.js';
import { useUpdatePsaInstance } from './queries.js';

/** The connection to a HaloPSA, and each thing that imports need of it. */
export function PsaSetup({ instance }: { instance: PsaInstanceView }) {
  const closed = !useMay('admin', 'secrets');
  const form = useForm({ initialValues: formOf(instance), validate: (values) => missing(values, false) });
  const update = useUpdatePsaInstance(instance.id);
  const test = useMutation({
    mutationFn: () => api.psaInstances.postPsaInstancesIdVerify({ id: instance.id }),
    onMutate: () => form.clearErrors(),
    onSuccess: ({ checks }) => form.setErrors(faultsOf(checks)),
  });
  const works = test.data?.checks.every(({ result }) => result !== 'failed') === true;
  const save = form.onSubmit((values) =>
    update.mutate(changed(savedForm(form.getInitialValues()), savedForm(values)), {
      onSuccess: (saved) => {
        takeSaved(form, values, formOf(saved));
        test.reset();
        notifications.show({ message: 'PSA instance saved.', color: 'green' });
      },
      onError: (error) => form.setErrors(formErrors(asProblem(error).fields)),
    }),
  );
  return (
    <Section id="setup" title="Setup" about="What Isthmus signs in to HaloPSA with, and how much of its call limit it may use.">
      {closed && (
        <Text size="sm" c="dimmed">
          You came in from HaloPSA, where credentials are closed. Sign in with a one-time link to change them.
        </Text>
      )}
      <form onSubmit={save} noValidate>
        <PsaFields form={form} secretsSetAt={instance.secretsSetAt} closed={closed} />
        <Group mt="md">
          <Button type="submit" loading={update.isPending} disabled={!form.isDirty()}>
            Save setup
          </Button>
          <Button variant="default" onClick={() => test.mutate()} loading={test.isPending} disabled={form.isDirty()}>
            Test
          </Button>
        </Group>
      </form>
      {update.error && <ProblemAlert error={update.error} />}
      {test.error && <ProblemAlert error={test.error} />}
      <div role="status">{test.data && <Checks checks={test.data.checks} />}</div>
      {works && !closed && (
        <Anchor component={Link} href="/tenants/new" size="sm">
          Connect a marketplace account
        </Anchor>
      )}
    </Section>
  );
}
