import { Alert, Button, Group, List, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import type { TenantView } from '../api/generated.js';
import { useMay } from '../session/session.js';
import { ProblemAlert } from '../states/problem.js';
import { changed, takeSaved } from '../states/saving.js';
import { AccountFields } from './account-fields.js';
import { accountOf, savedForm } from './account.js';
import { Checks } from './checks.js';
import { useUpdateTenant } from './queries.js';
import { Section } from './section.js';
import { isAsStored, isFilledIn, markFields, useTest } from './use-test.js';

/** Setup: the account, and whether it works. */
export function Setup({ tenant }: { tenant: TenantView }) {
  const mayChange = useMay('admin');
  const maySecrets = useMay('admin', 'secrets');
  const form = useForm({ initialValues: accountOf(tenant) });
  const test = useTest(form, tenant.id);
  const update = useUpdateTenant(tenant.id);
  const save = (): void => {
    if (!isFilledIn(form, false)) return;
    const sent = form.getValues();
    update.mutate(changed(savedForm(form.getInitialValues()), savedForm(sent)), {
      onSuccess: (saved) => {
        takeSaved(form, sent, accountOf(saved));
        test.reset();
        notifications.show({ message: 'Setup saved.', color: 'green' });
      },
      onError: (error) => markFields(form, error),
    });
  };
  const tryIt = (): void => {
    // What an earlier test found is not what this one finds. Secrets are never read back: another account is tried with its own.
    test.reset();
    if (isAsStored(form) || isFilledIn(form, true)) test.mutate();
  };
  return (
    <Section id="setup" title="Setup" about="The Ingram Micro Cloud Marketplace account. It is only ever read.">
      {!maySecrets && mayChange && (
        <Text size="sm" c="dimmed">
          You came in from HaloPSA, where credentials are closed. Sign in with a one-time link to change them.
        </Text>
      )}
      <AccountFields form={form} secretsSetAt={tenant.secretsSetAt} disabled={!maySecrets} locked={tenant.lastImport !== null} />
      <div role="status">{test.data && <Checks checks={test.data.checks} />}</div>
      {test.error && <ProblemAlert error={test.error} />}
      {update.error && <ProblemAlert error={update.error} />}
      <Remarks remarks={update.data?.remarks ?? test.data?.remarks ?? []} />
      {mayChange && (
        <Group>
          <Button onClick={save} loading={update.isPending} disabled={!form.isDirty()}>
            Save setup
          </Button>
          <Button variant="default" onClick={tryIt} loading={test.isPending}>
            Test
          </Button>
        </Group>
      )}
    </Section>
  );
}

/** What was corrected, or is unusual, in what was entered. */
export function Remarks({ remarks }: { remarks: readonly string[] }) {
  if (remarks.length === 0) return null;
  return (
    <Alert color="blue" title="Please note">
      <List size="sm">
        {remarks.map((remark) => (
          <List.Item key={remark}>{remark}</List.Item>
        ))}
      </List>
    </Alert>
  );
}
