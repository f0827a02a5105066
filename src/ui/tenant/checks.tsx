import { Group, List, Text, ThemeIcon } from '@mantine/core';
import type { CheckView } from '../api/generated.js';
import { CheckIcon, CrossIcon, QuestionIcon } from '../shown/icons.js';

const LOOKS = {
  ok: { color: 'green', icon: <CheckIcon />, word: 'holds' },
  failed: { color: 'red', icon: <CrossIcon />, word: 'failed' },
  unknown: { color: 'gray', icon: <QuestionIcon />, word: 'not known' },
} as const;

/** The API's name of a check, in words: `readClients` is "Read clients". */
function title(name: string): string {
  const words = name.replaceAll(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
  const text = words.replaceAll(/\bingram\b/g, 'Ingram').replaceAll(/\bapi\b/g, 'API');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Each thing that must hold, one by one, as a verification found it. */
export function Checks({ checks }: { checks: readonly CheckView[] }) {
  return (
    <List spacing={6} listStyleType="none" aria-label="Checks">
      {checks.map(({ name, result, detail }) => {
        const { color, icon, word } = LOOKS[result];
        return (
          <List.Item key={name}>
            <Group gap="xs" wrap="nowrap" align="flex-start">
              <ThemeIcon color={color} variant="light" size="sm" radius="xl" role="img" aria-label={word}>
                {icon}
              </ThemeIcon>
              <Text size="sm">
                <b>{title(name)}</b>: {detail}
              </Text>
            </Group>
          </List.Item>
        );
      })}
    </List>
  );
}
