import { notifications } from '@mantine/notifications';
import type { ImportView, SkipView } from '../api/generated.js';
import { Confirm } from '../states/confirm.js';
import { useLink } from './use-link.js';

/** Asks before a Halo subscription is created although something stands, or stood, for it. */
export function CreateAnyway({ skip, row, close }: { skip: SkipView; row: ImportView; close: () => void }) {
  const link = useLink(row);
  const again = skip.reason === 'deleted_in_psa';
  const create = (): void =>
    link.mutate(
      { skip, said: { createAnyway: true } },
      {
        onSuccess: () => {
          notifications.show({ message: 'The next import creates it.', color: 'green' });
          close();
        },
      },
    );
  return (
    <Confirm
      opened
      title={again ? 'Create it again?' : 'Create another one?'}
      yes={again ? 'Create it again' : 'Create another one'}
      no="Cancel"
      onYes={create}
      onNo={close}
      pending={link.isPending}
      error={link.error}
      color="sea"
    >
      {again
        ? 'The next import makes a new Halo subscription for it. The deleted one stays deleted, and no invoice line is bound to the new one yet.'
        : 'The next import makes a new Halo subscription for it and leaves the one that is there alone. If an invoice line counts that one, look at it: else both may be billed.'}
    </Confirm>
  );
}
