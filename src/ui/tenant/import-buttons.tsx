import { Anchor, Button, Group, Stack } from '@mantine/core';
import { Link } from 'wouter';
import type { StartImport } from '../api/generated.js';
import { useMay } from '../session/session.js';
import { ProblemAlert } from '../states/problem.js';
import { importInTheWay, useImport } from './use-import.js';

/** Preview and Import now, for some part of a tenant. */
export function ImportButtons({
  tenantId,
  wanted,
  disabled = false,
  label = 'Import now',
}: {
  tenantId: string;
  wanted: StartImport;
  disabled?: boolean;
  label?: string;
}) {
  const start = useImport(tenantId);
  const other = importInTheWay(start.error);
  if (!useMay('operator')) return null;
  return (
    <Stack gap="xs">
      <Group>
        <Button onClick={() => start.mutate(wanted)} loading={start.isPending && !start.variables.preview} disabled={disabled}>
          {label}
        </Button>
        <Button
          variant="default"
          onClick={() => start.mutate({ ...wanted, preview: true })}
          loading={start.isPending && start.variables.preview === true}
          disabled={disabled}
        >
          Preview
        </Button>
      </Group>
      {start.error && <ProblemAlert error={start.error} />}
      {other !== undefined && (
        <Anchor component={Link} href={`/imports/${other}`} size="sm">
          Watch the import that is under way
        </Anchor>
      )}
    </Stack>
  );
}
