import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useMay } from '../session/session.js';
import { Empty } from '../states/empty.js';
import { Read } from '../states/read.js';
import { psaInstancesQuery } from '../tenants/queries.js';

/** What Home says while there is no tenant: what comes first, and who can do it. */
export function FirstSteps() {
  const instances = useQuery(psaInstancesQuery);
  const [mayConnect, mayAdd] = [useMay('owner', 'secrets'), useMay('admin', 'secrets')];
  return (
    <Read query={instances}>
      {(found) =>
        found.length === 0 ? (
          <Empty title="Nothing is connected yet" action={mayConnect && <Step to="/psa-instances">Connect your HaloPSA</Step>}>
            Your HaloPSA comes first, then a marketplace account whose customers and subscriptions are imported into it.
            {!mayConnect && ' An owner connects it.'}
          </Empty>
        ) : (
          <Empty title="Nothing is imported yet" action={mayAdd && <Step to="/tenants/new">Connect a marketplace account</Step>}>
            HaloPSA is connected. A tenant is a marketplace account whose customers and subscriptions come into it.
            {!mayAdd && ' An administrator can add one.'}
          </Empty>
        )
      }
    </Read>
  );
}

function Step({ to, children }: { to: string; children: string }) {
  return (
    <Button component={Link} href={to} mt="sm">
      {children}
    </Button>
  );
}
