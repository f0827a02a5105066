import { Group, Text, ThemeIcon, VisuallyHidden } from '@mantine/core';
import { CheckIcon } from '../shown/icons.js';

const STEPS = [
  ['Account', 'What it signs in with'],
  ['Mapping', 'Which client each customer is'],
  ['Import', 'Look at it first, then do it'],
] as const;

/** Account, mapping, import: the way of a new tenant, and where on it one is. */
export function Steps({ at }: { at: 0 | 1 | 2 }) {
  return (
    <Group component="ol" aria-label="Steps" gap="xl" p={0} m={0} style={{ listStyle: 'none' }}>
      {STEPS.map(([label, about], step) => (
        <Group key={label} component="li" gap="sm" wrap="nowrap" aria-current={step === at ? 'step' : undefined}>
          <ThemeIcon radius="xl" size="lg" variant={step === at ? 'filled' : step < at ? 'light' : 'default'}>
            {step < at ? <CheckIcon /> : step + 1}
          </ThemeIcon>
          <div>
            <Text size="sm" fw={step === at ? 600 : 400}>
              {label}
              {step < at && <VisuallyHidden> (done)</VisuallyHidden>}
            </Text>
            <Text size="xs" c="dimmed">
              {about}
            </Text>
          </div>
        </Group>
      ))}
    </Group>
  );
}
