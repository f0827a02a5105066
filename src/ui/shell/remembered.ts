import type { MantineColorSchemeManager } from '@mantine/core';

/** What this page load remembers, where the browser keeps nothing: within another site's page it may be told not to. */
const kept = new Map<string, string>();

/** What this browser was told to remember. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return kept.get(key) ?? null;
  }
}

/** Lets this browser remember something, or forget it. */
export function remember(key: string, text: string | null): void {
  if (text === null) kept.delete(key);
  else kept.set(key, text);
  try {
    if (text === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    // Until the page is loaded again, then.
  }
}

const COLOURS = 'colours';

/** Remembers whether somebody chose light or dark colours. */
export const rememberedColours: MantineColorSchemeManager = {
  get: (otherwise) => {
    const chosen = recall(COLOURS);
    return chosen === 'light' || chosen === 'dark' ? chosen : otherwise;
  },
  set: (chosen) => remember(COLOURS, chosen),
  clear: () => remember(COLOURS, null),
  subscribe: () => undefined,
  unsubscribe: () => undefined,
};
