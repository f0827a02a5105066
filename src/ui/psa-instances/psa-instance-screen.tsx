import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import { Screen } from '../shell/screen.js';
import { Empty } from '../states/empty.js';
import { Read } from '../states/read.js';
import { psaInstancesQuery } from '../tenants/queries.js';
import { HaloTab } from './halo-tab.js';
import { PsaInstanceMenu } from './psa-instance-menu.js';
import { PsaSetup } from './psa-setup.js';
import { WebhookSecretSection } from './webhook-secret.js';

/** One HaloPSA: its connection, whether it works, and the secret of its webhooks. */
export default function PsaInstanceScreen() {
  const { id = '' } = useParams();
  const instances = useQuery(psaInstancesQuery);
  const instance = instances.data?.find((one) => one.id === id);
  return (
    <Screen
      title={instance?.name ?? 'PSA instance'}
      trail={[{ label: 'PSA instances', to: '/psa-instances' }]}
      actions={instance && <PsaInstanceMenu instance={instance} />}
    >
      <Read query={instances}>
        {() =>
          instance === undefined ? (
            <Empty title="No such PSA instance">It was removed, or is not yours to see.</Empty>
          ) : (
            <Stack>
              <PsaSetup key={id} instance={instance} />
              <HaloTab instance={instance} />
              <WebhookSecretSection instance={instance} />
            </Stack>
          )
        }
      </Read>
    </Screen>
  );
}
