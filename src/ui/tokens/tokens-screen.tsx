import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { TokenView } from '../api/generated.js';
import { PsaInstanceName } from '../psa-instances/psa-instance-name.js';
import { useMay } from '../session/session.js';
import { Screen } from '../shell/screen.js';
import { PlusIcon } from '../shown/icons.js';
import { When } from '../shown/times.js';
import { Confirm } from '../states/confirm.js';
import { Empty } from '../states/empty.js';
import { Read } from '../states/read.js';
import { ShortTable } from '../table/short-table.js';
import { NewToken } from './new-token.js';
import { tokensQuery, useRevokeToken } from './queries.js';

/** API tokens in use: for programs, and for commands. */
export default function TokensScreen() {
  const tokens = useQuery(tokensQuery);
  const [making, { open, close }] = useDisclosure();
  const [asked, ask] = useState<TokenView | null>(null);
  const revoke = useRevokeToken();
  const mayMake = useMay('admin', 'secrets');
  return (
    <Screen
      title="API tokens"
      about="Programs sign in with them. Each is for one PSA instance and one role; owners’ are made by the command line."
      actions={
        mayMake && (
          <Button leftSection={<PlusIcon />} onClick={open}>
            New
          </Button>
        )
      }
    >
      <Read query={tokens}>
        {(found) =>
          found.length === 0 ? (
            <Empty title="No token is in use">Make one for a program that is to call Isthmus.</Empty>
          ) : (
            <Tokens tokens={found} onRevoke={ask} />
          )
        }
      </Read>
      <NewToken opened={making} onClose={close} />
      <Confirm
        opened={asked !== null}
        title={`Revoke ${asked?.name ?? ''}?`}
        yes="Revoke it"
        no="Keep it"
        onNo={() => {
          ask(null);
          revoke.reset();
        }}
        onYes={() => asked && revoke.mutate(asked.id, { onSuccess: () => ask(null) })}
        pending={revoke.isPending}
        error={revoke.error}
      >
        What uses it stops working at once. It cannot be taken back.
      </Confirm>
    </Screen>
  );
}

function Tokens({ tokens, onRevoke }: { tokens: TokenView[]; onRevoke: (token: TokenView) => void }) {
  return (
    <ShortTable
      rows={tokens}
      rowId={({ id }) => id}
      columns={[
        { id: 'name', header: 'Name', cell: ({ name }) => name },
        { id: 'psaInstance', header: 'PSA instance', cell: ({ psaInstanceId }) => <PsaInstanceName id={psaInstanceId} /> },
        { id: 'role', header: 'Role', cell: ({ role }) => role },
        { id: 'made', header: 'Made', cell: ({ createdAt }) => <When at={createdAt} /> },
        { id: 'lastUsed', header: 'Last used', cell: ({ lastUsedAt }) => <When at={lastUsedAt} none="not yet" /> },
        { id: 'ends', header: 'Ends', cell: ({ expiresAt }) => <When at={expiresAt} /> },
      ]}
      action={(token) => (
        <Button size="xs" variant="default" onClick={() => onRevoke(token)} aria-label={`Revoke ${token.name}`}>
          Revoke
        </Button>
      )}
    />
  );
}
