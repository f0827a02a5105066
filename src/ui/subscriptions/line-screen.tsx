import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearchParams } from 'wouter';
import type { SubscriptionLineView, TenantView } from '../api/generated.js';
import { Screen } from '../shell/screen.js';
import { When } from '../shown/times.js';
import { Empty } from '../states/empty.js';
import { Read } from '../states/read.js';
import { tenantQuery } from '../tenant/queries.js';
import { BothRecords } from './both-records.js';
import { clientAddress } from './filters.js';
import { LineHistory } from './line-history.js';
import { lineQuery } from './queries.js';
import { LineStateBadge, StatusBadge } from './states.js';

/** One line of a subscription: both records side by side, and its history. */
export default function LineScreen() {
  const { tenantId = '', subscriptionId = '' } = useParams();
  const [parameters] = useSearchParams();
  const found = useQuery(lineQuery(tenantId, subscriptionId, parameters.get('line')));
  const tenant = useQuery(tenantQuery(tenantId));
  const name = found.data?.product.name ?? `Subscription ${subscriptionId}`;
  return (
    <Screen
      title={name}
      trail={[{ label: 'Subscriptions', to: '/subscriptions' }]}
      about={found.data ? <About line={found.data} psaInstanceId={tenant.data?.psaInstanceId} /> : undefined}
    >
      <Read query={found}>
        {(line) =>
          line === null ? (
            <Empty title="No such subscription">No import of this tenant has seen it, or it has another product by now.</Empty>
          ) : (
            <Line line={line} tenant={tenant.data} />
          )
        }
      </Read>
    </Screen>
  );
}

function About({ line, psaInstanceId }: { line: SubscriptionLineView; psaInstanceId: string | undefined }) {
  return (
    <Group gap="sm" mt={4}>
      <StatusBadge status={line.status} />
      <LineStateBadge state={line.state} />
      <Text size="sm">
        of{' '}
        <Anchor
          component={Link}
          href={`/subscriptions?tenantId=${line.tenantId}&customerId=${encodeURIComponent(line.customerId)}`}
          inherit
          underline="always"
        >
          {line.customerName ?? `customer ${line.customerId}`}
        </Anchor>
        {line.clientId !== null && (
          <>
            , client{' '}
            <Anchor component={Link} href={clientAddress(line.clientId, psaInstanceId)} inherit underline="always">
              {line.clientName ?? line.clientId}
            </Anchor>
          </>
        )}
        , read <When at={line.readAt} none="not yet" />
      </Text>
    </Group>
  );
}

function Line({ line, tenant }: { line: SubscriptionLineView; tenant: TenantView | undefined }) {
  return (
    <Stack>
      <Title order={2}>Both records</Title>
      <BothRecords line={line} tenant={tenant} />
      <Title order={2}>History</Title>
      {line.line === null ? (
        <Text size="sm">It has no product that was read yet.</Text>
      ) : (
        <LineHistory tenantId={line.tenantId} subscriptionId={line.subscriptionId} line={line.line} />
      )}
    </Stack>
  );
}
