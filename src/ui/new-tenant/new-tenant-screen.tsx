import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useMay } from '../session/session.js';
import { Screen } from '../shell/screen.js';
import { Empty } from '../states/empty.js';
import { Read } from '../states/read.js';
import { psaInstancesQuery } from '../tenants/queries.js';
import { AccountStep } from './account-step.js';
import { Steps } from './steps.js';

/** New tenant, first step: its account. */
export default function NewTenantScreen() {
  const may = useMay('admin', 'secrets');
  const instances = useQuery(psaInstancesQuery);
  return (
    <Screen
      title="New tenant"
      trail={[{ label: 'Tenants', to: '/tenants' }]}
      about="Connect an Ingram Micro Cloud Marketplace account. Nothing is written to HaloPSA before the last step."
    >
      <Steps at={0} />
      {may ? (
        <Read query={instances}>
          {(found) =>
            found.length === 0 ? (
              <Empty
                title="Connect your HaloPSA first"
                action={
                  <Button component={Link} href="/psa-instances" mt="sm">
                    PSA instances
                  </Button>
                }
              >
                A tenant belongs to a PSA instance, which is one HaloPSA. There is none yet.
              </Empty>
            ) : (
              <AccountStep instances={found} />
            )
          }
        </Read>
      ) : (
        <Empty title="Credentials are closed to you">An administrator who signed in with a one-time link can add a tenant.</Empty>
      )}
    </Screen>
  );
}
