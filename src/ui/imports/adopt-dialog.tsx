import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { ImportView, SkipView } from '../api/generated.js';
import { Dialog } from '../shell/dialog.js';
import { ProblemAlert } from '../states/problem.js';
import { useLink } from './use-link.js';

/** Asks which Halo subscription a line is kept in from now on. */
export function AdoptDialog({ skip, row, close }: { skip: SkipView; row: ImportView; close: () => void }) {
  const [licenceId, setLicenceId] = useState(skip.reason === 'deleted_in_psa' ? '' : (skip.psaId ?? ''));
  const link = useLink(row);
  const adopt = (): void =>
    link.mutate(
      { skip, said: { licenceId: licenceId.trim() } },
      {
        onSuccess: () => {
          notifications.show({ message: 'Adopted. The next import brings it into step.', color: 'green' });
          close();
        },
      },
    );
  return (
    <Dialog opened onClose={close} title="Adopt a Halo subscription?" closeOnClickOutside={false}>
      <Stack component="form" onSubmit={(event: React.FormEvent) => (event.preventDefault(), adopt())}>
        <Text size="sm">
          It then stands for subscription {skip.marketplaceId}
          {skip.customerName === undefined ? '' : ` of ${skip.customerName}`}. The next import brings its quantity, term, dates, status,
          auto-renew, cost and SKU into step; its name, price, notes and invoice line stay as they are.
        </Text>
        <Text size="sm" c="dimmed">
          {skip.detail}
        </Text>
        <TextInput
          label="Halo subscription’s id"
          description="It must be one of the client that the customer is mapped to."
          required
          maxLength={12}
          inputMode="numeric"
          data-autofocus
          value={licenceId}
          onChange={(event) => setLicenceId(event.currentTarget.value)}
        />
        {link.error && <ProblemAlert error={link.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={link.isPending} disabled={licenceId.trim() === ''}>
            Adopt it
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
