import { Alert, Button, Checkbox, Group, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ChangeView, ImportView } from '../api/generated.js';
import { useMay } from '../session/session.js';
import { counted } from '../shown/numbers.js';
import { Confirm } from '../states/confirm.js';
import { ProblemAlert } from '../states/problem.js';
import { Read } from '../states/read.js';
import { inOneLine } from './change-fields.js';
import { ACTIONS, ENTITIES } from './import-words.js';
import { heldChangesQuery } from './queries.js';
import { useApproval } from './use-approval.js';

/** What the guard held, for a person to approve, wholly or in part, or to discard. */
export function Held({ row }: { row: ImportView }) {
  const held = useQuery(heldChangesQuery(row.id));
  return (
    <Alert color="orange" title="These changes wait for a person">
      <Stack gap="sm">
        <Text size="sm">
          They take away or create more at once than the tenant’s guard lets pass. The rest of the import was done. Look at the reasons;
          both sides are looked at again before anything approved is written.
        </Text>
        <Read query={held}>{(changes) => <Choice row={row} changes={changes} />}</Read>
      </Stack>
    </Alert>
  );
}

function Choice({ row, changes }: { row: ImportView; changes: ChangeView[] }) {
  const mayDecide = useMay('operator');
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [discarding, setDiscarding] = useState(false);
  const { approve, discard } = useApproval(row);
  const chosen = changes.filter(({ id }) => !left.has(id)).map(({ id }) => id);
  const all = chosen.length === changes.length;
  const toggle = (id: string): void =>
    setLeft((before) => (before.has(id) ? new Set([...before].filter((one) => one !== id)) : new Set([...before, id])));
  return (
    <Stack gap="sm">
      <Table.ScrollContainer minWidth={640}>
        <Table className="boxed" aria-label="Held changes">
          <Table.Thead>
            <Table.Tr>
              {mayDecide && (
                <Table.Th scope="col" w={40}>
                  <Checkbox
                    size="md"
                    aria-label="All held changes"
                    checked={all}
                    indeterminate={!all && chosen.length > 0}
                    onChange={() => setLeft(all ? new Set(changes.map(({ id }) => id)) : new Set())}
                  />
                </Table.Th>
              )}
              <Table.Th scope="col">Change</Table.Th>
              <Table.Th scope="col">Customer</Table.Th>
              <Table.Th scope="col">Fields</Table.Th>
              <Table.Th scope="col">Why it waits</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {changes.map((change) => {
              const { id, entity, action, customerName, customerId, message, psaId } = change;
              const what = `${ENTITIES[entity]}${psaId === undefined ? '' : ` ${psaId}`} ${ACTIONS[action].would}`;
              return (
                <Table.Tr key={id}>
                  {mayDecide && (
                    <Table.Td>
                      <Checkbox
                        size="md"
                        aria-label={`${what}, ${customerName ?? customerId ?? ''}`}
                        checked={!left.has(id)}
                        onChange={() => toggle(id)}
                      />
                    </Table.Td>
                  )}
                  <Table.Td>{what}</Table.Td>
                  <Table.Td>{customerName ?? customerId}</Table.Td>
                  <Table.Td>{inOneLine(change)}</Table.Td>
                  <Table.Td>{message}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {row.counts.held > changes.length && (
        <Text size="sm">
          {counted(row.counts.held - changes.length, 'more change waits', 'more changes wait')}: they are listed below, under Changes, and
          “all” means them too.
        </Text>
      )}
      {(approve.error ?? discard.error) && <ProblemAlert error={approve.error ?? discard.error} />}
      {mayDecide && (
        <Group>
          <Button onClick={() => approve.mutate(all ? undefined : chosen)} disabled={chosen.length === 0} loading={approve.isPending}>
            Approve {all ? 'all' : counted(chosen.length, 'change')}
          </Button>
          <Button variant="default" onClick={() => setDiscarding(true)} loading={discard.isPending}>
            Discard …
          </Button>
        </Group>
      )}
      <Confirm
        opened={discarding}
        title="Discard the held changes?"
        yes="Discard"
        no="Keep them waiting"
        onNo={() => setDiscarding(false)}
        onYes={() => {
          setDiscarding(false);
          discard.mutate();
        }}
        pending={discard.isPending}
        error={null}
      >
        None of them is made. The next import looks again, and holds them again if they are still called for.
      </Confirm>
    </Stack>
  );
}
