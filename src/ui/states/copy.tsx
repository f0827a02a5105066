import { Button, Text } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';

export interface CopyProps {
  /** The text to copy. */
  value: string;
  label?: string;
  variant?: 'default';
}

/** Copies a text, or says that the browser does not let it: in another site's page, as in Halo's tab, and where there is no https. */
export function Copy({ value, label = 'Copy', variant }: CopyProps) {
  const { copy, copied, error } = useClipboard();
  return (
    <>
      <Text size="sm" role="status">
        {error && 'The browser does not let this page copy. Select the text and copy it yourself.'}
      </Text>
      <Button {...(variant && { variant })} onClick={() => copy(value)}>
        {copied ? 'Copied' : label}
      </Button>
    </>
  );
}
