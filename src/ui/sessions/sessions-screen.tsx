import { Button, Table } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client.js';
import type { ListedSession } from '../api/generated.js';
import { PsaInstanceName } from '../psa-instances/psa-instance-name.js';
import { Screen } from '../shell/screen.js';
import { When } from '../shown/times.js';
import { Confirm } from '../states/confirm.js';
import { Empty } from '../states/empty.js';
import { Read } from '../states/read.js';

const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async ({ signal }) => (await api.sessions.getSessions({ limit: 500 }, { signal })).data,
});

const VIA: Record<ListedSession['via'], string> = { link: 'One-time link', embed: 'HaloPSA', token: 'API token' };

/** Who is signed in to the page now. */
export default function SessionsScreen() {
  const sessions = useQuery(sessionsQuery);
  const [asked, ask] = useState<ListedSession | null>(null);
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: (id: string) => api.sessions.deleteSessionsId({ id }),
    onSuccess: () => {
      ask(null);
      notifications.show({ message: 'The session was ended.', color: 'green' });
      void client.invalidateQueries({ queryKey: ['sessions'] });
      // It may have been this one.
      void client.invalidateQueries({ queryKey: ['session'] });
    },
  });
  return (
    <Screen
      title="Sessions"
      about="Who is signed in to this page now. Roles are read with each call, so a changed one needs no new session."
    >
      <Read query={sessions}>
        {(found) =>
          found.length === 0 ? (
            <Empty title="Nobody is signed in">You came with an API token.</Empty>
          ) : (
            <Sessions sessions={found} onEnd={ask} />
          )
        }
      </Read>
      <Confirm
        opened={asked !== null}
        title={`End the session of ${asked?.name ?? ''}?`}
        yes="End it"
        no="Keep it"
        onNo={() => {
          ask(null);
          end.reset();
        }}
        onYes={() => asked && end.mutate(asked.id)}
        pending={end.isPending}
        error={end.error}
      >
        They are signed out at once, and can sign in again as they did.
      </Confirm>
    </Screen>
  );
}

function Sessions({ sessions, onEnd }: { sessions: ListedSession[]; onEnd: (session: ListedSession) => void }) {
  return (
    <Table.ScrollContainer minWidth={760}>
      <Table className="boxed" verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Name</Table.Th>
            <Table.Th scope="col">PSA instance</Table.Th>
            <Table.Th scope="col">Role</Table.Th>
            <Table.Th scope="col">Signed in by</Table.Th>
            <Table.Th scope="col">Since</Table.Th>
            <Table.Th scope="col">Last used</Table.Th>
            <Table.Th scope="col">Ends</Table.Th>
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sessions.map((session) => (
            <Table.Tr key={session.id}>
              <Table.Th scope="row">{session.name}</Table.Th>
              <Table.Td>
                <PsaInstanceName id={session.psaInstanceId} />
              </Table.Td>
              <Table.Td>{session.role}</Table.Td>
              <Table.Td>{VIA[session.via]}</Table.Td>
              <Table.Td>
                <When at={session.startedAt} />
              </Table.Td>
              <Table.Td>
                <When at={session.lastUsedAt} />
              </Table.Td>
              <Table.Td>
                <When at={session.endsAt} />
              </Table.Td>
              <Table.Td ta="right">
                <Button size="xs" variant="default" onClick={() => onEnd(session)} aria-label={`End the session of ${session.name}`}>
                  End
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
