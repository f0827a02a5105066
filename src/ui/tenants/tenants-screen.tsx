import { Anchor, Button, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { TenantView } from '../api/generated.js';
import { ImportState } from '../imports/import-state.js';
import { useMay } from '../session/session.js';
import { Screen } from '../shell/screen.js';
import { PlusIcon } from '../shown/icons.js';
import { When } from '../shown/times.js';
import { Empty } from '../states/empty.js';
import { Read } from '../states/read.js';
import { psaInstancesQuery, tenantsQuery } from './queries.js';
import { StatusBadge } from './status-badge.js';
import { waitingCustomers } from './waiting-customers.js';

/** The list of tenants, as Halo's own modules begin. */
export default function TenantsScreen() {
  const tenants = useQuery(tenantsQuery);
  const mayAdd = useMay('admin', 'secrets');
  const add = mayAdd ? (
    <Button component={Link} href="/tenants/new" leftSection={<PlusIcon />}>
      New
    </Button>
  ) : undefined;
  return (
    <Screen
      title="Tenants"
      about="Each is one Ingram Micro Cloud Marketplace account whose customers and subscriptions are imported."
      actions={add}
    >
      <Read query={tenants}>
        {(found) =>
          found.length === 0 ? (
            <Empty title="No tenant yet" action={add}>
              {mayAdd ? 'Connect a marketplace account to begin.' : 'An administrator connects a marketplace account to begin.'}
            </Empty>
          ) : (
            <TenantsTable tenants={found} />
          )
        }
      </Read>
    </Screen>
  );
}

function TenantsTable({ tenants }: { tenants: TenantView[] }) {
  const { data: instances = [] } = useQuery(psaInstancesQuery);
  const several = instances.length > 1;
  return (
    <Table.ScrollContainer minWidth={760}>
      <Table className="boxed" highlightOnHover verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Name</Table.Th>
            {several && <Table.Th scope="col">PSA instance</Table.Th>}
            <Table.Th scope="col">Marketplace</Table.Th>
            <Table.Th scope="col">State</Table.Th>
            <Table.Th scope="col">Last import</Table.Th>
            <Table.Th scope="col">Next import</Table.Th>
            <Table.Th scope="col">To map</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tenants.map((tenant) => (
            <Table.Tr key={tenant.id}>
              <Table.Th scope="row">
                <Anchor component={Link} href={`/tenants/${tenant.id}`}>
                  {tenant.name}
                </Anchor>
              </Table.Th>
              {several && <Table.Td>{instances.find(({ id }) => id === tenant.psaInstanceId)?.name}</Table.Td>}
              <Table.Td>{tenant.marketplace}</Table.Td>
              <Table.Td>
                <StatusBadge tenant={tenant} />
              </Table.Td>
              <Table.Td>
                <LastImport tenant={tenant} />
              </Table.Td>
              <Table.Td>
                <When at={tenant.nextRunAt} none={tenant.integrator.enabled ? 'not scheduled' : 'integrator off'} />
              </Table.Td>
              <Table.Td>
                <ToMap tenant={tenant} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function LastImport({ tenant: { lastImport } }: { tenant: TenantView }) {
  if (!lastImport) return <Text c="dimmed">none yet</Text>;
  return (
    <Anchor component={Link} href={`/imports/${lastImport.id}`} underline="never">
      <ImportState state={lastImport.state} /> <When at={lastImport.finishedAt ?? lastImport.createdAt} />
    </Anchor>
  );
}

function ToMap({ tenant }: { tenant: TenantView }) {
  const waiting = waitingCustomers(tenant);
  if (waiting === 0) return <Text c="dimmed">none</Text>;
  return (
    <Anchor component={Link} href={`/tenants/${tenant.id}/mapping`}>
      {waiting}
    </Anchor>
  );
}
