import { Stack, Table, Text } from '@mantine/core';
import type { AuditView } from '../api/generated.js';
import { Dialog } from '../shell/dialog.js';
import { momentText } from '../shown/times.js';
import { actionText, differencesOf, entityText } from './audit-words.js';

/** One line of the trail, with what was different before. */
export function AuditLine({ line, onClose }: { line: AuditView | undefined; onClose: () => void }) {
  return (
    <Dialog opened={line !== undefined} onClose={onClose} size="lg" title={line && `${actionText(line)}: ${entityText(line)}`}>
      {line && (
        <Stack>
          <Text size="sm">
            {line.actor.name}, {momentText(line.at)}
            {line.entityId !== null && `, ${line.entityId}`}
            {line.requestId !== null && `. In the log: ${line.requestId}`}
          </Text>
          <Differences line={line} />
        </Stack>
      )}
    </Dialog>
  );
}

function Differences({ line }: { line: AuditView }) {
  const differences = differencesOf(line);
  if (differences.length === 0) return <Text size="sm">Nothing more is recorded.</Text>;
  return (
    <Table className="boxed" aria-label="What differed" style={{ overflowWrap: 'anywhere' }}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">What</Table.Th>
          <Table.Th scope="col">Before</Table.Th>
          <Table.Th scope="col">After</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {differences.map(({ name, before, after }) => (
          <Table.Tr key={name}>
            <Table.Th scope="row">{name}</Table.Th>
            <Table.Td>{before}</Table.Td>
            <Table.Td>{after}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
