import { Button, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useLocation } from 'wouter';
import type { PsaInstanceView } from '../api/generated.js';
import { useMay } from '../session/session.js';
import { DownIcon } from '../shown/icons.js';
import { Confirm } from '../states/confirm.js';
import { ProblemAlert } from '../states/problem.js';
import { useRemovePsaInstance, useUpdatePsaInstance } from './queries.js';

/** What is done to a PSA instance as a whole: switch it off or on, remove it. */
export function PsaInstanceMenu({ instance }: { instance: PsaInstanceView }) {
  const [asking, { open, close }] = useDisclosure();
  const [, go] = useLocation();
  const update = useUpdatePsaInstance(instance.id);
  const remove = useRemovePsaInstance(instance.id);
  const mayRemove = useMay('admin', 'secrets');
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<DownIcon size="0.9em" />} loading={update.isPending}>
            PSA instance
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => update.mutate({ enabled: !instance.enabled })}>
            {instance.enabled ? 'Switch off' : 'Switch on'}
          </Menu.Item>
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
        title={`Remove ${instance.name}?`}
        yes="Remove it"
        no="Keep it"
        onNo={close}
        onYes={() => remove.mutate(undefined, { onSuccess: () => go('/psa-instances') })}
        pending={remove.isPending}
        error={remove.error}
      >
        Its tenants are put away with it, and nothing is imported any more. Nothing in HaloPSA or the marketplace is touched.
      </Confirm>
    </>
  );
}
