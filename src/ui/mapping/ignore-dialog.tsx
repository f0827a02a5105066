import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { Dialog } from '../shell/dialog.js';
import { counted } from '../shown/numbers.js';

/** Asks for a note when customers are to be ignored. */
export function IgnoreDialog({ count, onAnswer }: { count: number; onAnswer: (note: string | null | undefined) => void }) {
  const [note, setNote] = useState('');
  const close = (answer: string | null | undefined): void => {
    setNote('');
    onAnswer(answer);
  };
  return (
    <Dialog opened={count > 0} onClose={() => close(undefined)} title={`Ignore ${counted(count, 'customer')}?`} closeOnClickOutside={false}>
      <Stack>
        <Text size="sm">Imports leave ignored customers and their subscriptions alone. What is in HaloPSA stays.</Text>
        <Textarea
          label="Note"
          description="Why, for whoever wonders later."
          maxLength={2000}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={() => close(undefined)}>
            Cancel
          </Button>
          <Button onClick={() => close(note.replaceAll(/\s+/g, ' ').trim() || null)}>Ignore</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
