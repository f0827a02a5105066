import { Anchor, Group, Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { Link } from 'wouter';
import { CheckIcon, QuestionIcon, WarningIcon } from '../shown/icons.js';
import type { Need } from './needs.js';

/** The list of what needs a person; that nothing does is said, too, where these are `all` that there may be. */
export function NeedsYou({ needs, all }: { needs: Need[]; all: boolean }) {
  if (needs.length === 0 && !all) return null;
  return (
    <section aria-labelledby="needs-you">
      <Title order={2} id="needs-you" mb="sm">
        Needs you
      </Title>
      {needs.length === 0 ? (
        <Paper p="md">
          <Group gap="sm" wrap="nowrap">
            <ThemeIcon color="green" variant="light" radius="xl">
              <CheckIcon />
            </ThemeIcon>
            <Text>Nothing to do. Nothing is broken, and nothing waits for a decision of yours.</Text>
          </Group>
        </Paper>
      ) : (
        <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
          {needs.map((need) => (
            <Paper key={need.key} withBorder p="sm" component="li">
              <Group gap="sm" wrap="nowrap" align="flex-start">
                <ThemeIcon color={need.weight === 'broken' ? 'red' : 'orange'} variant="light" radius="xl">
                  {need.weight === 'broken' ? <WarningIcon /> : <QuestionIcon />}
                </ThemeIcon>
                <div style={{ flex: 1 }}>
                  <Text fw={600} size="sm">
                    {need.tenant}
                  </Text>
                  <Text size="sm">{need.text}</Text>
                </div>
                <Anchor component={Link} href={need.to} size="sm" style={{ whiteSpace: 'nowrap' }}>
                  {need.go}
                </Anchor>
              </Group>
            </Paper>
          ))}
        </Stack>
      )}
    </section>
  );
}
