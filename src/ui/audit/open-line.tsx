import { Anchor } from '@mantine/core';
import { createContext, type ReactNode, useContext } from 'react';

/** How a line of the trail is opened. */
export const Opening = createContext<(id: string) => void>(() => undefined);

/** Opens a line of the trail, for keyboards too. */
export function OpenLine({ id, children }: { id: string; children: ReactNode }) {
  const open = useContext(Opening);
  return (
    <Anchor component="button" type="button" size="sm" onClick={() => open(id)}>
      {children}
    </Anchor>
  );
}
