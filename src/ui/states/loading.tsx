import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';

/** Stands where content is being read. `rows` is about how many lines it will have. */
export function Loading({ rows = 6, label = 'Loading' }: { rows?: number; label?: string }) {
  return (
    <Stack gap="sm" aria-busy="true">
      <VisuallyHidden role="status">{label}</VisuallyHidden>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={row === 0 ? 28 : 20} width={row === 0 ? '40%' : '100%'} />
      ))}
    </Stack>
  );
}
