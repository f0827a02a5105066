import { Anchor, Badge, Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useMay } from '../session/session.js';
import { Screen } from '../shell/screen.js';
import { PlusIcon } from '../shown/icons.js';
import { countText } from '../shown/numbers.js';
import { Empty } from '../states/empty.js';
import { Read } from '../states/read.js';
import { ShortTable } from '../table/short-table.js';
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
            <ShortTable
              rows={found}
              rowId={({ id }) => id}
              minWidth={640}
              columns={[
                {
                  id: 'name',
                  header: 'Name',
                  cell: ({ id, name }) => (
                    <Anchor component={Link} href={`/psa-instances/${id}`}>
                      {name}
                    </Anchor>
                  ),
                },
                { id: 'address', header: 'Address', cell: ({ baseUrl }) => baseUrl },
                {
                  id: 'state',
                  header: 'State',
                  cell: ({ enabled }) => (
                    <Badge variant="light" color={enabled ? 'green' : 'gray'}>
                      {enabled ? 'On' : 'Off'}
                    </Badge>
                  ),
                },
                {
                  id: 'tenants',
                  header: 'Tenants',
                  numeric: true,
                  cell: ({ id }) => countText(tenants.filter(({ psaInstanceId }) => psaInstanceId === id).length),
                },
                {
                  id: 'calls',
                  header: 'Calls in five minutes',
                  numeric: true,
                  cell: ({ callsPer5Minutes }) => countText(callsPer5Minutes),
                },
              ]}
            />
          )
        }
      </Read>
      <NewPsaInstance opened={adding} onClose={close} />
    </Screen>
  );
}
