import { Anchor, Button, Group, Stack } from '@mantine/core';
import { usePrefetchQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'wouter';
import type { TenantView } from '../api/generated.js';
import { MappingTable } from '../mapping/mapping-table.js';
import { Screen } from '../shell/screen.js';
import { ProblemAlert } from '../states/problem.js';
import { Read } from '../states/read.js';
import { tenantQuery } from '../tenant/queries.js';
import { previewQuery, useFirstLook } from './first-look.js';
import { ImportStep } from './import-step.js';
import { LookProgress } from './look-progress.js';
import { Steps } from './steps.js';

/** New tenant, second and third step: map what the first look found, then import. */
export default function FirstImportScreen() {
  const { id = '' } = useParams();
  const tenant = useQuery(tenantQuery(id));
  // Asked for beside it, though it is needed only after.
  usePrefetchQuery(previewQuery(id));
  return (
    <Screen
      title={tenant.data?.name ?? 'New tenant'}
      trail={[{ label: 'Tenants', to: '/tenants' }]}
      about="Nothing is written to HaloPSA before you import."
      actions={
        <Anchor component={Link} href={`/tenants/${id}`} size="sm">
          Leave this for later
        </Anchor>
      }
    >
      <Read query={tenant}>{(found) => <FirstImport tenant={found} />}</Read>
    </Screen>
  );
}

function FirstImport({ tenant }: { tenant: TenantView }) {
  const [step, setStep] = useState<1 | 2>(1);
  const look = useFirstLook(tenant);
  return (
    <Stack>
      <Steps at={step} />
      {look.over && look.error !== null && <ProblemAlert error={look.error} />}
      {!look.over ? (
        <LookProgress preview={look.preview} error={look.error} again={look.again} />
      ) : step === 1 ? (
        <>
          <MappingTable tenant={tenant} />
          <Group justify="flex-end">
            <Button onClick={() => setStep(2)}>Next</Button>
          </Group>
        </>
      ) : (
        <ImportStep tenant={tenant} preview={look.preview} again={look.again} back={() => setStep(1)} />
      )}
    </Stack>
  );
}
