import { Group, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ImportView, SkipView } from '../api/generated.js';
import { Dialog } from '../shell/dialog.js';
import { Copy } from '../states/copy.js';
import { Read } from '../states/read.js';
import { tenantQuery } from '../tenant/queries.js';
import { vendorText } from './vendor-text.js';

/** A text for Ingram Micro's support, to be copied into a ticket there. */
export function AskVendor({ skip, row, close }: { skip: SkipView; row: ImportView; close: () => void }) {
  const tenant = useQuery(tenantQuery(row.tenantId));
  return (
    <Dialog opened onClose={close} title="Ask Ingram Micro">
      <Stack>
        <Text size="sm">Isthmus changes nothing in the marketplace. Copy this into a ticket with Ingram Micro’s support.</Text>
        <Read query={tenant} rows={4}>
          {(account) => {
            const text = vendorText(skip, account);
            return (
              <>
                <Textarea label="Text for the ticket" value={text} readOnly autosize minRows={8} data-autofocus />
                <Group justify="flex-end">
                  <Copy value={text} />
                </Group>
              </>
            );
          }}
        </Read>
      </Stack>
    </Dialog>
  );
}
