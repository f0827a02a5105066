import { Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** One of the sections of a tenant's page, as Halo's own modules have them. `id` is where links point to. */
export function Section({ id, title, about, children }: { id: string; title: string; about?: ReactNode; children: ReactNode }) {
  return (
    <Paper p="lg" component="section" id={id} aria-labelledby={`${id}-title`}>
      <Stack>
        <div>
          <Title order={2} id={`${id}-title`}>
            {title}
          </Title>
          {about !== undefined && (
            <Text c="dimmed" size="sm" maw={760} component="div">
              {about}
            </Text>
          )}
        </div>
        {children}
      </Stack>
    </Paper>
  );
}
