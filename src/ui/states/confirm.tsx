import { Button, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Dialog } from '../shell/dialog.js';
import { ProblemAlert } from './problem.js';

export interface ConfirmProps {
  opened: boolean;
  /** The question. */
  title: string;
  /** What happens, and what does not. */
  children: ReactNode;
  /** What the two buttons say. */
  yes: string;
  no: string;
  onYes: () => void;
  onNo: () => void;
  pending: boolean;
  error: unknown;
  /** Of the button that does it. Default: red, for what takes something away. */
  color?: 'red' | 'sea';
}

/** Asks before something that cannot be taken back. */
export function Confirm({ opened, title, children, yes, no, onYes, onNo, pending, error, color = 'red' }: ConfirmProps) {
  return (
    <Dialog opened={opened} onClose={onNo} title={title}>
      <Stack>
        <Text size="sm" component="div">
          {children}
        </Text>
        {error !== null && error !== undefined && <ProblemAlert error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onNo} data-autofocus>
            {no}
          </Button>
          <Button color={color} onClick={onYes} loading={pending}>
            {yes}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
