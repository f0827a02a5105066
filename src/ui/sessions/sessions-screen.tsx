import { Button } from '@mantine/core';
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
import { ShortTable } from '../table/short-table.js';

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
    <ShortTable
      rows={sessions}
      rowId={({ id }) => id}
      columns={[
        { id: 'name', header: 'Name', cell: ({ name }) => name },
        { id: 'psaInstance', header: 'PSA instance', cell: ({ psaInstanceId }) => <PsaInstanceName id={psaInstanceId} /> },
        { id: 'role', header: 'Role', cell: ({ role }) => role },
        { id: 'via', header: 'Signed in by', cell: ({ via }) => VIA[via] },
        { id: 'since', header: 'Since', cell: ({ startedAt }) => <When at={startedAt} /> },
        { id: 'lastUsed', header: 'Last used', cell: ({ lastUsedAt }) => <When at={lastUsedAt} /> },
        { id: 'ends', header: 'Ends', cell: ({ endsAt }) => <When at={endsAt} /> },
      ]}
      action={(session) => (
        <Button size="xs" variant="default" onClick={() => onEnd(session)} aria-label={`End the session of ${session.name}`}>
          End
        </Button>
      )}
    />
  );
}
