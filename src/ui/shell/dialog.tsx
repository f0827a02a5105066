import { Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';

export interface DialogProps {
  opened: boolean;
  onClose: () => void;
  title: string | undefined;
  size?: 'lg' | 'xl';
  /** Whether a click beside it closes it. Not where something is entered, or shown that is never shown again. */
  closeOnClickOutside?: boolean;
  children: ReactNode;
}

/** A dialog: it keeps the focus while it is open, and gives it back. Its head is no banner, of which a page has one. */
export function Dialog({ opened, onClose, title, size, closeOnClickOutside = true, children }: DialogProps) {
  return (
    <Modal.Root opened={opened} onClose={onClose} closeOnClickOutside={closeOnClickOutside} {...(size && { size })}>
      <Modal.Overlay />
      <Modal.Content>
        <Group justify="space-between" wrap="nowrap" p="md">
          <Modal.Title fw={600}>{title}</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </Group>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
