import { Anchor, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link, useParams } from 'wouter';
import type { TenantView } from '../api/generated.js';
import { Screen } from '../shell/screen.js';
import { Read } from '../states/read.js';
import { StatusBadge } from '../tenants/status-badge.js';
import { ClientImports } from './client-imports.js';
import { Integrator } from './integrator.js';
import { LatestImport } from './latest-import.js';
import { tenantQuery } from './queries.js';
import { Setup } from './setup.js';
import { SubscriptionImports } from './subscription-imports.js';
import { TenantMenu } from './tenant-menu.js';

const SECTIONS = [
  ['setup', 'Setup'],
  ['client-imports', 'Client imports'],
  ['subscription-imports', 'Subscription imports'],
  ['integrator', 'Integrator'],
] as const;

/** One tenant: Halo's four sections, top to bottom. */
export default function TenantScreen() {
  const { id = '' } = useParams();
  const tenant = useQuery(tenantQuery(id));
  return (
    <Screen
      title={tenant.data?.name ?? 'Tenant'}
      trail={[{ label: 'Tenants', to: '/tenants' }]}
      about={
        tenant.data && (
          <Group gap="md" mt={4}>
            <StatusBadge tenant={tenant.data} />
            <nav aria-label="Sections">
              <Group gap="md">
                {SECTIONS.map(([section, label]) => (
                  <Anchor key={section} href={`#${section}`} size="sm">
                    {label}
                  </Anchor>
                ))}
                <Anchor component={Link} href={`/tenants/${id}/mapping`} size="sm">
                  Mapping
                </Anchor>
              </Group>
            </nav>
          </Group>
        )
      }
      actions={tenant.data && <TenantMenu tenant={tenant.data} />}
    >
      <Read query={tenant}>{(found) => <Sections key={found.id} tenant={found} />}</Read>
    </Screen>
  );
}

function Sections({ tenant }: { tenant: TenantView }) {
  useEffect(() => {
    const section = window.location.hash.slice(1);
    if (section !== '') document.getElementById(section)?.scrollIntoView();
  }, []);
  return (
    <Stack>
      <LatestImport tenant={tenant} />
      <Setup tenant={tenant} />
      <ClientImports tenant={tenant} />
      <SubscriptionImports tenant={tenant} />
      <Integrator tenant={tenant} />
    </Stack>
  );
}
