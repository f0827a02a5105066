import { focusManager } from '@tanstack/react-query';

/** How long nobody may touch the page before it stops asking by itself, in milliseconds. */
const PATIENCE_MS = 5 * 60_000;
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/**
 * Lets queries repeat themselves only while somebody is there: a page that is left open would otherwise keep its session alive for
 * ever. The first touch reads everything again.
 */
export function watchAttention(): void {
  let timer: number | undefined;
  const see = (): void => {
    focusManager.setFocused(undefined);
    window.clearTimeout(timer);
    timer = window.setTimeout(() => focusManager.setFocused(false), PATIENCE_MS);
  };
  for (const sign of SIGNS) window.addEventListener(sign, see, { passive: true });
  see();
}
