import { Stack, Table, Text } from '@mantine/core';
import type { ChangeView, ImportView } from '../api/generated.js';
import { Dialog } from '../shell/dialog.js';
import { momentText } from '../shown/times.js';
import { fieldsOf } from './change-fields.js';
import { ACTIONS, ENTITIES } from './import-words.js';

/** One change: each field before and after. */
export function ChangeDialog({ change, row, close }: { change: ChangeView | undefined; row: ImportView; close: () => void }) {
  const title = change && `${ENTITIES[change.entity]} ${ACTIONS[change.action][row.preview ? 'would' : 'done']}`;
  return (
    <Dialog opened={change !== undefined} onClose={close} title={title} size="lg">
      {change && (
        <Stack gap="sm">
          <Text size="sm">
            {change.customerName ?? change.customerId}
            {change.subscriptionId !== undefined && ` · subscription ${change.subscriptionId}`}
            {change.line !== undefined && ` · ${change.line}`}
            {change.psaId !== undefined && ` · ${ENTITIES[change.entity]} ${change.psaId} in HaloPSA`}
          </Text>
          {change.message !== undefined && <Text size="sm">{change.message}</Text>}
          <Table className="boxed" aria-label="Fields before and after">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">Field</Table.Th>
                <Table.Th scope="col">Before</Table.Th>
                <Table.Th scope="col">After</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {fieldsOf(change).map(({ field, before, after }) => (
                <Table.Tr key={field}>
                  <Table.Th scope="row">{field}</Table.Th>
                  <Table.Td>{before}</Table.Td>
                  <Table.Td>{after}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          {change.settledAt !== null && (
            <Text size="sm" c="dimmed">
              Settled {momentText(change.settledAt)}
            </Text>
          )}
        </Stack>
      )}
    </Dialog>
  );
}
