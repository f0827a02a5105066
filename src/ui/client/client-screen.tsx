import { Stack, Title } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { useLocation, useParams, useSearchParams } from 'wouter';
import type { SubscriptionLineView } from '../api/generated.js';
import { Screen } from '../shell/screen.js';
import { Empty } from '../states/empty.js';
import { Read } from '../states/read.js';
import { COLUMNS } from '../subscriptions/columns.js';
import { lineAddress } from '../subscriptions/filters.js';
import { linesSource } from '../subscriptions/queries.js';
import { DataTable } from '../table/data-table.js';
import { useTotal } from '../table/paged-rows.js';
import { tenantsQuery } from '../tenants/queries.js';
import { ClientAtTenant } from './client-at-tenant.js';
import { customersOfClientQuery } from './queries.js';
import { WhichHalo } from './which-halo.js';

/** Those that say something about one client, and fit into the width of Halo's tab. */
const WANTED = ['product', 'quantity', 'term', 'renewalDate', 'status', 'state', 'unitCost', 'unitPrice', 'currency'];
/** All of them in 866 pixels. */
const FITTING = COLUMNS.map((column) => (column.id === 'product' ? { ...column, width: 148 } : column));
const SHOWN = Object.fromEntries(COLUMNS.map(({ id }) => [id, WANTED.includes(id)]));

/** One client of HaloPSA, as its tab and button open it: who it is in the marketplace, what it has, and its import. */
export default function ClientScreen() {
  const { clientId = '' } = useParams();
  const [parameters] = useSearchParams();
  const [, go] = useLocation();
  const open = useCallback((line: SubscriptionLineView) => go(lineAddress(line)), [go]);
  const psaInstanceId = parameters.get('psaInstance');
  const tenants = useQuery(tenantsQuery);
  const there = (tenants.data ?? []).filter((tenant) => psaInstanceId === null || tenant.psaInstanceId === psaInstanceId);
  // Whoever sees several HaloPSAs has to say which: the id is another client's in each.
  const instances = [...new Set(there.map((tenant) => tenant.psaInstanceId))];
  const shown = instances.length > 1 ? [] : there;
  const customers = useQueries({ queries: shown.map(({ id }) => customersOfClientQuery(id, clientId)) });
  const source = useMemo(
    () => linesSource({ clientId, ...(psaInstanceId === null ? {} : { psaInstanceId }) }, { id: 'product', desc: false }),
    [clientId, psaInstanceId],
  );
  // Asked for beside the tenants, though they are shown only after.
  useTotal(source);
  const name = customers.flatMap(({ data = [] }) => data).find(({ mapping }) => mapping?.clientName)?.mapping?.clientName;
  return (
    <Screen
      title={name ?? `Client ${clientId}`}
      about={`Client ${clientId} of HaloPSA: its customers in the marketplace, and what they hold.`}
    >
      <Read query={tenants}>
        {() =>
          there.length === 0 ? (
            <Empty title="Nothing is connected yet">An administrator connects a marketplace account first.</Empty>
          ) : instances.length > 1 ? (
            <WhichHalo clientId={clientId} instances={instances} />
          ) : (
            <Stack>
              {shown.map((tenant, at) => (
                <ClientAtTenant key={tenant.id} tenant={tenant} clientId={clientId} customers={customers[at]!} />
              ))}
              <Title order={2}>Subscriptions</Title>
              <DataTable
                label="Subscriptions"
                columns={FITTING}
                visibility={SHOWN}
                source={source}
                rowId={({ tenantId, subscriptionId, line }) => `${tenantId} ${subscriptionId} ${line ?? ''}`}
                onOpen={open}
                empty={<Empty title="No subscriptions">No customer that is mapped to this client holds any, as far as was imported.</Empty>}
              />
            </Stack>
          )
        }
      </Read>
    </Screen>
  );
}
