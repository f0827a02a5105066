import { Anchor, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { TenantView } from '../api/generated.js';
import { ImportState } from '../imports/import-state.js';
import { Screen } from '../shell/screen.js';
import { counted } from '../shown/numbers.js';
import { useNow, When } from '../shown/times.js';
import { Loading } from '../states/loading.js';
import { ProblemAlert } from '../states/problem.js';
import { Read } from '../states/read.js';
import { tenantsQuery } from '../tenants/queries.js';
import { FirstSteps } from './first-steps.js';
import { NeedsYou } from './needs-you.js';
import { needsOf, tellingImports } from './needs.js';
import { heldImportsQuery, openDecisionsQuery } from './queries.js';

/** What needs a person now, and what ran and will run. */
export function Home() {
  const tenants = useQuery(tenantsQuery);
  const held = useQuery(heldImportsQuery);
  const now = useNow(60_000);
  const left = (tenants.data ?? []).flatMap(tellingImports).flatMap(({ id, counts }) => (counts.skipped > 0 ? [id] : []));
  const decisions = useQueries({ queries: left.map(openDecisionsQuery) });
  const unread = decisions.find(({ data, error }) => data === undefined && error !== null);
  const open = new Map(left.flatMap((id, at) => (decisions[at]?.data ? [[id, decisions[at].data]] : [])));
  return (
    <Screen title="Home" about="What needs you, and what the imports are doing.">
      <Read query={tenants}>
        {(found) =>
          found.length === 0 ? (
            <FirstSteps />
          ) : (
            <Stack gap="lg">
              {decisions.some(({ isLoading }) => isLoading) ? (
                <Loading rows={2} />
              ) : (
                <Read query={held}>
                  {(imports) => (
                    <>
                      {unread && <ProblemAlert error={unread.error} retry={() => void unread.refetch()} />}
                      <NeedsYou needs={needsOf(found, imports, open, now)} all={unread === undefined} />
                    </>
                  )}
                </Read>
              )}
              <section aria-labelledby="at-work">
                <Title order={2} id="at-work" mb="sm">
                  Imports
                </Title>
                <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
                  {found.map((tenant) => (
                    <TenantAtWork key={tenant.id} tenant={tenant} />
                  ))}
                </SimpleGrid>
              </section>
            </Stack>
          )
        }
      </Read>
    </Screen>
  );
}

function TenantAtWork({ tenant }: { tenant: TenantView }) {
  const { lastImport, customers } = tenant;
  const all = Object.values(customers).reduce((sum, count) => sum + count, 0);
  return (
    <Paper p="md">
      <Stack gap={6}>
        <Anchor component={Link} href={`/tenants/${tenant.id}`} fw={600}>
          {tenant.name}
        </Anchor>
        <Text size="sm">
          Last import:{' '}
          {lastImport ? (
            <Anchor component={Link} href={`/imports/${lastImport.id}`} inherit underline="always">
              <When at={lastImport.finishedAt ?? lastImport.createdAt} /> <ImportState state={lastImport.state} />
            </Anchor>
          ) : (
            'none yet'
          )}
        </Text>
        <Text size="sm">
          Next import:{' '}
          <When at={tenant.nextRunAt} none={tenant.integrator.enabled ? 'not scheduled now' : 'by hand, the integrator is off'} />
        </Text>
        <Text size="sm">
          {customers.mapped} of {counted(all, 'customer')} mapped
        </Text>
      </Stack>
    </Paper>
  );
}
