import { Anchor, Badge, Group, List, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { CustomerView, TenantView } from '../api/generated.js';
import { counted } from '../shown/numbers.js';
import { Read } from '../states/read.js';
import { ImportButtons } from '../tenant/import-buttons.js';
import { Section } from '../tenant/section.js';

/** Which customers of a tenant a client is, and its import. */
export function ClientAtTenant({
  tenant,
  clientId,
  customers,
}: {
  tenant: TenantView;
  clientId: string;
  customers: UseQueryResult<CustomerView[]>;
}) {
  return (
    <Section id={`tenant-${tenant.id}`} title={tenant.name}>
      <Read query={customers} rows={2}>
        {(found) => (
          <>
            {found.length === 0 && <Text size="sm">No customer is mapped to this client.</Text>}
            <List listStyleType="none" spacing="xs">
              {found.map((customer) => (
                <List.Item key={customer.customerId}>
                  <Group gap="xs">
                    <Text size="sm">
                      {customer.name} ({customer.customerId}), {counted(customer.subscriptions, 'subscription')} in force
                    </Text>
                    <Badge variant="light" color={customer.mapping?.state === 'mapped' ? 'green' : 'orange'}>
                      {customer.mapping?.state === 'mapped' ? 'Mapped' : 'To confirm'}
                    </Badge>
                  </Group>
                </List.Item>
              ))}
            </List>
            <Anchor component={Link} href={`/tenants/${tenant.id}/mapping`} size="sm">
              Mapping
            </Anchor>
            {found.some(({ mapping }) => mapping?.state === 'mapped') && (
              <ImportButtons
                tenantId={tenant.id}
                wanted={{ entities: ['customers', 'subscriptions'], clientId }}
                label="Import for this client"
                disabled={!tenant.enabled}
              />
            )}
          </>
        )}
      </Read>
    </Section>
  );
}
