import { Anchor, Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { TenantView } from '../api/generated.js';
import { ImportState } from '../imports/import-state.js';
import { PsaInstanceName } from '../psa-instances/psa-instance-name.js';
import { useMay } from '../session/session.js';
import { Screen } from '../shell/screen.js';
import { PlusIcon } from '../shown/icons.js';
import { When } from '../shown/times.js';
import { Empty } from '../states/empty.js';
import { Read } from '../states/read.js';
import { ShortTable } from '../table/short-table.js';
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
    <ShortTable
      rows={tenants}
      rowId={({ id }) => id}
      columns={[
        {
          id: 'name',
          header: 'Name',
          cell: ({ id, name }) => (
            <Anchor component={Link} href={`/tenants/${id}`}>
              {name}
            </Anchor>
          ),
        },
        ...(several ? [{ id: 'psaInstance', header: 'PSA instance', cell: instanceOf }] : []),
        { id: 'marketplace', header: 'Marketplace', cell: ({ marketplace }) => marketplace },
        { id: 'state', header: 'State', cell: (tenant) => <StatusBadge tenant={tenant} /> },
        { id: 'lastImport', header: 'Last import', cell: (tenant) => <LastImport tenant={tenant} /> },
        {
          id: 'nextImport',
          header: 'Next import',
          cell: ({ nextRunAt, integrator }) => <When at={nextRunAt} none={integrator.enabled ? 'not scheduled' : 'integrator off'} />,
        },
        { id: 'toMap', header: 'To map', cell: (tenant) => <ToMap tenant={tenant} /> },
      ]}
    />
  );
}

const instanceOf = ({ psaInstanceId }: TenantView) => <PsaInstanceName id={psaInstanceId} />;

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
