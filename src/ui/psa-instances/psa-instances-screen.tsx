import { Anchor, Badge, Button, Table } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useMay } from '../session/session.js';
import { Screen } from '../shell/screen.js';
import { PlusIcon } from '../shown/icons.js';
import { countText } from '../shown/numbers.js';
import { Empty } from '../states/empty.js';
import { Read } from '../states/read.js';
import { psaInstancesQuery, tenantsQuery } from '../tenants/queries.js';
import { NewPsaInstance } from './new-psa-instance.js';

/** The HaloPSAs that are written to. */
export default function PsaInstancesScreen() {
  const instances = useQuery(psaInstancesQuery);
  const { data: tenants = [] } = useQuery(tenantsQuery);
  const [adding, { open, close }] = useDisclosure();
  const mayAdd = useMay('owner', 'secrets');
  const add = mayAdd ? (
    <Button leftSection={<PlusIcon />} onClick={open}>
      New
    </Button>
  ) : undefined;
  return (
    <Screen title="PSA instances" about="Each is one HaloPSA: a production one and a trial one, say." actions={add}>
      <Read query={instances}>
        {(found) =>
          found.length === 0 ? (
            <Empty title="No HaloPSA is connected yet" action={add}>
              {mayAdd
                ? 'Make an API application in HaloPSA, then connect it here.'
                : 'An owner connects one with an API application’s Client ID and secret.'}
            </Empty>
          ) : (
            <Table.ScrollContainer minWidth={640}>
              <Table className="boxed" verticalSpacing="sm">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th scope="col">Name</Table.Th>
                    <Table.Th scope="col">Address</Table.Th>
                    <Table.Th scope="col">State</Table.Th>
                    <Table.Th scope="col" className="number">
                      Tenants
                    </Table.Th>
                    <Table.Th scope="col" className="number">
                      Calls in five minutes
                    </Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {found.map(({ id, name, baseUrl, enabled, callsPer5Minutes }) => (
                    <Table.Tr key={id}>
                      <Table.Th scope="row">
                        <Anchor component={Link} href={`/psa-instances/${id}`}>
                          {name}
                        </Anchor>
                      </Table.Th>
                      <Table.Td>{baseUrl}</Table.Td>
                      <Table.Td>
                        <Badge variant="light" color={enabled ? 'green' : 'gray'}>
                          {enabled ? 'On' : 'Off'}
                        </Badge>
                      </Table.Td>
                      <Table.Td className="number">
                        {countText(tenants.filter(({ psaInstanceId }) => psaInstanceId === id).length)}
                      </Table.Td>
                      <Table.Td className="number">{countText(callsPer5Minutes)}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          )
        }
      </Read>
      <NewPsaInstance opened={adding} onClose={close} />
    </Screen>
  );
}
