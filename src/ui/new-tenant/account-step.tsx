import { Button, Checkbox, Group, Paper, Select, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api } from '../api/client.js';
import type { CheckView, PsaInstanceView } from '../api/generated.js';
import { ProblemError } from '../api/problem.js';
import { ProblemAlert } from '../states/problem.js';
import { AccountFields } from '../tenant/account-fields.js';
import { credentialsOf, emptyAccount, savedForm } from '../tenant/account.js';
import { Checks } from '../tenant/checks.js';
import { Remarks } from '../tenant/setup.js';
import { isFilledIn, markFields, useTest } from '../tenant/use-test.js';

/** The account's form. Next saves it, which it is only if it works, or if somebody says to save it untested. */
export function AccountStep({ instances }: { instances: PsaInstanceView[] }) {
  const form = useForm({ initialValues: emptyAccount(instances[0]?.id ?? '') });
  const test = useTest(form);
  const client = useQueryClient();
  const [, go] = useLocation();
  const [unverified, setUnverified] = useState(false);
  const create = useMutation({
    mutationFn: () =>
      api.tenants.postTenants(unverified ? { unverified: true } : {}, {
        ...savedForm(form.values),
        ...credentialsOf(form.values),
        psaInstanceId: form.values.psaInstanceId,
      }),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ['tenants'] });
      go(`/tenants/${made.id}/first-import`);
    },
    onError: (error) => markFields(form, error),
  });
  const checks = test.data?.checks ?? checksOf(create.error);
  const whenFilledIn = (act: () => void): void => {
    test.reset();
    create.reset();
    if (isFilledIn(form, true)) act();
  };
  return (
    <Paper
      p="lg"
      component="form"
      noValidate
      onSubmit={(event: React.FormEvent) => {
        event.preventDefault();
        whenFilledIn(() => create.mutate());
      }}
    >
      <Stack>
        {instances.length > 1 && (
          <Select
            label="PSA instance"
            description="The HaloPSA that it is imported into. This cannot be changed later."
            data={instances.map(({ id, name }) => ({ value: id, label: name }))}
            allowDeselect={false}
            {...form.getInputProps('psaInstanceId')}
          />
        )}
        <AccountFields form={form} />
        <div role="status">{checks.length > 0 && <Checks checks={checks} />}</div>
        <Remarks remarks={test.data?.remarks ?? []} />
        {(create.error ?? test.error) && <ProblemAlert error={create.error ?? test.error} />}
        {create.error && (
          <Checkbox
            label="Save it although it does not work yet"
            description="New credentials can take up to a day. It is not scheduled before a test succeeds."
            checked={unverified}
            onChange={(event) => setUnverified(event.currentTarget.checked)}
          />
        )}
        <Group>
          <Button type="submit" loading={create.isPending}>
            Next
          </Button>
          <Button variant="default" onClick={() => whenFilledIn(() => test.mutate())} loading={test.isPending}>
            Test
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

/** Saving tests, too: what it found comes with its refusal. */
function checksOf(error: unknown): CheckView[] {
  const checks = error instanceof ProblemError ? error.problem?.['checks'] : undefined;
  return Array.isArray(checks) ? (checks as CheckView[]) : [];
}
