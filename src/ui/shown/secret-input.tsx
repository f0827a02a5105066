import { PasswordInput, type PasswordInputProps } from '@mantine/core';
import { momentText } from './times.js';

export interface SecretInputProps extends PasswordInputProps {
  label: string;
  /** Its name among the secrets. */
  name: string;
  /** When each secret was set, by its name; undefined while nothing is stored yet. */
  secretsSetAt: object | undefined;
  /** What stands below the label as long as it is not set. */
  about?: string;
}

/** The field of a secret, which is never shown again once it is stored; the button that shows what is entered can be reached by keyboard. */
export function SecretInput({ label, name, secretsSetAt = {}, about = 'Kept sealed and never shown again.', ...input }: SecretInputProps) {
  const setAt: unknown = Reflect.get(secretsSetAt, name);
  return (
    <PasswordInput
      label={label}
      description={typeof setAt === 'string' ? `Set on ${momentText(setAt)}. Leave it empty to keep it.` : about}
      autoComplete="off"
      visibilityToggleButtonProps={{ 'aria-label': `Show the ${label.charAt(0).toLowerCase()}${label.slice(1)}`, tabIndex: 0 }}
      aria-invalid={input.error ? true : undefined}
      {...input}
    />
  );
}
