import { Button, Group, Menu, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { api } from '../api/client.js';
import type { TenantView } from '../api/generated.js';
import { useMay } from '../session/session.js';
import { Dialog } from '../shell/dialog.js';
import { DownIcon } from '../shown/icons.js';
import { ProblemAlert } from '../states/problem.js';
import { useUpdateTenant } from './queries.js';

/** What is done to a tenant as a whole: switch it off or on, remove it. */
export function TenantMenu({ tenant }: { tenant: TenantView }) {
  const [asking, { open, close }] = useDisclosure();
  const client = useQueryClient();
  const [, go] = useLocation();
  const update = useUpdateTenant(tenant.id);
  const remove = useMutation({
    mutationFn: () => api.tenants.deleteTenantsId({ id: tenant.id }),
    onSuccess: () => {
      go('/tenants');
      client.removeQueries({ queryKey: ['tenants', tenant.id] });
      void client.invalidateQueries({ queryKey: ['tenants'] });
    },
  });
  const mayRemove = useMay('admin', 'secrets');
  if (!useMay('admin')) return null;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<DownIcon size="0.9em" />} loading={update.isPending}>
            Tenant
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => update.mutate({ enabled: !tenant.enabled })}>{tenant.enabled ? 'Switch off' : 'Switch on'}</Menu.Item>
          {mayRemove && (
            <Menu.Item color="red" onClick={open}>
              Remove …
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {update.error && <ProblemAlert error={update.error} />}
      <Dialog opened={asking} onClose={close} title={`Remove ${tenant.name}?`}>
        <Stack>
          <Text size="sm">
            It is not imported any more, and its mappings and links are put away. Nothing in HaloPSA or the marketplace is touched: clients
            and subscriptions stay as they are.
          </Text>
          {remove.error && <ProblemAlert error={remove.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Keep it
            </Button>
            <Button color="red" onClick={() => remove.mutate()} loading={remove.isPending}>
              Remove it
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </>
  );
}
