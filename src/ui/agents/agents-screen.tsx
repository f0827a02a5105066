import { Button, Select, Table } from '@mantine/core';
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
      <Table.ScrollContainer minWidth={760}>
        <Table className="boxed" verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Name</Table.Th>
              <Table.Th scope="col">Agent id</Table.Th>
              <Table.Th scope="col">PSA instance</Table.Th>
              <Table.Th scope="col">Role</Table.Th>
              <Table.Th scope="col">Given by</Table.Th>
              <Table.Th scope="col">Came in</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {agents.map((agent) => (
              <Table.Tr key={`${agent.psaInstanceId} ${agent.agentId}`}>
                <Table.Th scope="row">{agent.name}</Table.Th>
                <Table.Td>{agent.agentId}</Table.Td>
                <Table.Td>
                  <PsaInstanceName id={agent.psaInstanceId} />
                </Table.Td>
                <Table.Td>
                  <Select
                    aria-label={`Role of ${agent.name}`}
                    allowDeselect={false}
                    data={ROLES}
                    value={agent.role}
                    onChange={(role) => role !== null && give(agent, role as GivenRole)}
                    disabled={grant.isPending}
                    w={310}
                  />
                </Table.Td>
                <Table.Td>
                  {agent.grantedBy === null ? 'nobody' : agent.grantedBy} {agent.grantedAt && <When at={agent.grantedAt} />}
                </Table.Td>
                <Table.Td>
                  <When at={agent.signedInAt} none="not yet" />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}
