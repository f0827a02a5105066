import { Alert, Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core';

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
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onDone}>I have it</Button>
      </Group>
    </Stack>
  );
}
