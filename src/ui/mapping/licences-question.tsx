import { Button, Stack, Text } from '@mantine/core';
import { Dialog } from '../shell/dialog.js';
import { counted } from '../shown/numbers.js';
import type { Question } from './use-steps.js';

/** Asks what becomes of linked Halo subscriptions when a customer becomes another client: they are never moved. */
export function LicencesQuestion({
  question,
  onAnswer,
}: {
  question: Question | null;
  onAnswer: (licences: 'leave' | 'recreate' | null) => void;
}) {
  return (
    <Dialog opened={question !== null} onClose={() => onAnswer(null)} title="What becomes of the Halo subscriptions?">
      {question && (
        <Stack>
          <Text size="sm">
            {counted(question.customers, 'customer')} {question.customers === 1 ? 'has' : 'have'}{' '}
            {counted(question.licences, 'linked Halo subscription')}. They are never moved between clients. What is left behind stays active
            there, and is billed, until you make it inactive in HaloPSA.
          </Text>
          <Button variant="default" onClick={() => onAnswer('leave')}>
            Leave them linked where they are
          </Button>
          <Button variant="default" onClick={() => onAnswer('recreate')}>
            Leave them behind and make new ones at the new client
          </Button>
          <Button variant="subtle" onClick={() => onAnswer(null)} data-autofocus>
            Change nothing
          </Button>
        </Stack>
      )}
    </Dialog>
  );
}
