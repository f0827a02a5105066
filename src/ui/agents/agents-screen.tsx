import { Button, Select } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import type { AgentView } from '../api/generated.js';
import { PsaInstanceName } from '../psa-instances/psa-instance-name.js';
import { ROLES, type GivenRole } from '../session/roles.js';
import { useMay } from '../session/session.js';
import { Screen } from '../shell/screen.js';
import { PlusIcon } from '../shown/icons.js';
import { When } from '../shown/times.js';
import { Empty } from '../states/empty.js';
import { ProblemAlert } from '../states/problem.js';
import { Read } from '../states/read.js';
import { ShortTable } from '../table/short-table.js';
import { GrantRoleDialog } from './grant-role.js';
import { agentsQuery, useGrant } from './queries.js';

/** What agents may do who come in through Halo's tab. */
export default function AgentsScreen() {
  const agents = useQuery(agentsQuery);
  const [giving, { open, close }] = useDisclosure();
  const mayGive = useMay('admin', 'secrets');
  return (
    <Screen
      title="Agents"
      about="Whoever comes in through Halo’s tab may look. Give those who map, import or administer a role; secrets and roles stay closed to them."
      actions={
        mayGive && (
          <Button leftSection={<PlusIcon />} onClick={open}>
            New
          </Button>
        )
      }
    >
      <Read query={agents}>
        {(found) =>
          found.length === 0 ? (
            <Empty title="No agent came in yet">They appear here when they open the Isthmus tab in HaloPSA.</Empty>
          ) : (
            <Agents agents={found} />
          )
        }
      </Read>
      <GrantRoleDialog opened={giving} onClose={close} />
    </Screen>
  );
}

function Agents({ agents }: { agents: AgentView[] }) {
  const grant = useGrant();
  const give = ({ psaInstanceId, agentId, name }: AgentView, role: GivenRole): void =>
    grant.mutate(
      { psaInstanceId, agentId, role },
      { onSuccess: () => void notifications.show({ message: `${name} is ${role} now.`, color: 'green' }) },
    );
  return (
    <>
      {grant.error && <ProblemAlert error={grant.error} />}
      <ShortTable
        rows={agents}
        rowId={({ psaInstanceId, agentId }) => `${psaInstanceId} ${agentId}`}
        columns={[
          { id: 'name', header: 'Name', cell: ({ name }) => name },
          { id: 'agentId', header: 'Agent id', cell: ({ agentId }) => agentId },
          { id: 'psaInstance', header: 'PSA instance', cell: ({ psaInstanceId }) => <PsaInstanceName id={psaInstanceId} /> },
          {
            id: 'role',
            header: 'Role',
            cell: (agent) => (
              <Select
                aria-label={`Role of ${agent.name}`}
                allowDeselect={false}
                data={ROLES}
                value={agent.role}
                onChange={(role) => role !== null && give(agent, role as GivenRole)}
                disabled={grant.isPending}
                w={310}
              />
            ),
          },
          {
            id: 'givenBy',
            header: 'Given by',
            cell: ({ grantedBy, grantedAt }) => (
              <>
                {grantedBy === null ? 'nobody' : grantedBy} {grantedAt && <When at={grantedAt} />}
              </>
            ),
          },
          { id: 'cameIn', header: 'Came in', cell: ({ signedInAt }) => <When at={signedInAt} none="not yet" /> },
        ]}
      />
    </>
  );
}
