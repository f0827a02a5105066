import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { Copy } from './copy.js';

/** A secret that can be seen now and never again. */
export function ShownOnce({ label, secret, onDone }: { label: string; secret: string; onDone: () => void }) {
  return (
    <Stack>
      <Alert color="yellow" title="Copy it now" role="status">
        <Text size="sm">It is shown this once. Isthmus keeps no copy that can be read.</Text>
      </Alert>
      <Code block aria-label={label} style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
        {secret}
      </Code>
      <Group justify="flex-end">
        <Copy value={secret} variant="default" />
        <Button onClick={onDone}>I have it</Button>
      </Group>
    </Stack>
  );
}
