import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { api } from '../api/client.js';
import type { TenantView } from '../api/generated.js';
import { useMay } from '../session/session.js';
import { momentText, When } from '../shown/times.js';
import { ProblemAlert } from '../states/problem.js';
import { tenantQuery } from './queries.js';

/** When the integrator comes next, and what can be done about it: pause, resume, run now. */
export function IntegratorAtWork({ tenant }: { tenant: TenantView }) {
  const client = useQueryClient();
  const [, go] = useLocation();
  const mayAct = useMay('operator');
  const show = (shown: TenantView): void => void client.setQueryData(tenantQuery(tenant.id).queryKey, shown);
  const pause = useMutation({ mutationFn: () => api.integrator.postTenantsIdPause({ id: tenant.id }, {}), onSuccess: show });
  const resume = useMutation({ mutationFn: () => api.integrator.postTenantsIdResume({ id: tenant.id }), onSuccess: show });
  const run = useMutation({
    mutationFn: () => api.integrator.postTenantsIdIntegratorRun({ id: tenant.id }),
    onSuccess: (started) => go(`/imports/${started.id}`),
  });
  if (!tenant.integrator.enabled) return null;
  const error = pause.error ?? resume.error ?? run.error;
  return (
    <Stack gap="xs">
      {tenant.pausedAt === null ? (
        <Text size="sm">
          Next import: {tenant.nextRunAt ? `${momentText(tenant.nextRunAt)} (` : ''}
          <When at={tenant.nextRunAt} none="not scheduled: test the account, and switch the tenant on" />
          {tenant.nextRunAt ? ')' : ''}
        </Text>
      ) : (
        <Alert color="yellow" title="Paused">
          <When at={tenant.pausedAt} />. {tenant.pausedWhy ?? 'Days that come due meanwhile are left alone.'}
        </Alert>
      )}
      {mayAct && (
        <Group>
          <Button variant="default" onClick={() => run.mutate()} loading={run.isPending}>
            Run now
          </Button>
          {tenant.pausedAt === null ? (
            <Button variant="default" onClick={() => pause.mutate()} loading={pause.isPending}>
              Pause
            </Button>
          ) : (
            <Button variant="default" onClick={() => resume.mutate()} loading={resume.isPending}>
              Resume
            </Button>
          )}
        </Group>
      )}
      {error && <ProblemAlert error={error} />}
    </Stack>
  );
}
