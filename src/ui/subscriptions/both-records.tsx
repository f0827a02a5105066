import { Anchor, Badge, Group, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { SubscriptionLineView, TenantView } from '../api/generated.js';
import { LinkOutIcon } from '../shown/icons.js';
import { Loading } from '../states/loading.js';
import { ProblemAlert } from '../states/problem.js';
import { psaInstancesQuery } from '../tenants/queries.js';
import { licenceQuery } from './queries.js';
import { differs, type Field, fieldsOf } from './records.js';
import { clientInHalo, panelOf } from './vendor-links.js';

/** A line as the marketplace and HaloPSA show it, side by side. */
export function BothRecords({ line, tenant }: { line: SubscriptionLineView; tenant: TenantView | undefined }) {
  const licence = useQuery({ ...licenceQuery(line.linkId ?? ''), enabled: line.licenceId !== null && line.linkId !== null });
  const { data: instances = [] } = useQuery(psaInstancesQuery);
  const psa = instances.find(({ id }) => id === tenant?.psaInstanceId);
  const clientId = licence.data?.clientId ?? line.clientId;
  const panel = tenant && panelOf(tenant);
  if (licence.isLoading) return <Loading rows={8} label="Reading from HaloPSA" />;
  return (
    <>
      {licence.error && <ProblemAlert error={licence.error} retry={() => void licence.refetch()} />}
      {licence.data?.deleted && <Text size="sm">This Halo subscription was deleted in HaloPSA. Imports leave it alone.</Text>}
      <Group gap="lg">
        {panel !== undefined && <Out to={panel}>Open the marketplace’s panel</Out>}
        {psa && clientId !== null && <Out to={clientInHalo(psa.baseUrl, clientId)}>Open the client in Halo</Out>}
      </Group>
      {line.licenceId === null && <NotInHalo line={line} tenant={tenant} />}
      <Table.ScrollContainer minWidth={560}>
        <Table className="boxed" aria-label="Both records">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Field</Table.Th>
              <Table.Th scope="col">Marketplace, subscription {line.subscriptionId}</Table.Th>
              <Table.Th scope="col">{line.licenceId === null ? 'Halo: none' : `Halo subscription ${line.licenceId}`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {fieldsOf(line, licence.data).map((field) => (
              <Row key={field.label} field={field} inHalo={line.licenceId !== null} compared={licence.data !== undefined} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}

function Row({ field, inHalo, compared }: { field: Field; inHalo: boolean; compared: boolean }) {
  return (
    <Table.Tr>
      <Table.Th scope="row">{field.label}</Table.Th>
      <Table.Td>{field.marketplace ?? <NotSaid />}</Table.Td>
      <Table.Td>
        <Group gap="xs">
          {inHalo ? (field.halo ?? <NotSaid />) : '–'}
          {compared && differs(field) && (
            <Badge color="orange" variant="light">
              Differs
            </Badge>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

/** That no Halo subscription keeps it, and where the latest import says why. */
function NotInHalo({ line, tenant }: { line: SubscriptionLineView; tenant: TenantView | undefined }) {
  const { lastImport } = tenant ?? {};
  return (
    <Text size="sm">
      {line.state === 'ended' ? 'It ended, and no Halo subscription keeps it.' : 'No Halo subscription keeps it.'}{' '}
      {lastImport && (
        <Anchor component={Link} href={`/imports/${lastImport.id}?tab=skips`} inherit underline="always">
          See what the latest import left alone, and why
        </Anchor>
      )}
    </Text>
  );
}

function NotSaid() {
  return (
    <Text span inherit c="dimmed">
      not said
    </Text>
  );
}

function Out({ to, children }: { to: string; children: string }) {
  return (
    <Anchor href={to} target="_blank" rel="noreferrer" size="sm">
      {children} <LinkOutIcon />
    </Anchor>
  );
}
