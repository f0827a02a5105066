import { Button, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { api } from '../api/client.js';
import type { TenantView } from '../api/generated.js';
import { useMay } from '../session/session.js';
import { DownIcon } from '../shown/icons.js';
import { Confirm } from '../states/confirm.js';
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
            <Menu.Item color="var(--mantine-color-error)" onClick={open}>
              Remove …
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {update.error && <ProblemAlert error={update.error} />}
      <Confirm
        opened={asking}
        title={`Remove ${tenant.name}?`}
        yes="Remove it"
        no="Keep it"
        onNo={close}
        onYes={() => remove.mutate()}
        pending={remove.isPending}
        error={remove.error}
      >
        It is not imported any more, and its mappings and links are put away. Nothing in HaloPSA or the marketplace is touched: clients and
        subscriptions stay as they are.
      </Confirm>
    </>
  );
}
