import type { Page } from 'playwright-core';

/** What a screen must show. */
export interface Shown {
  heading: string;
  /** A selector: in one of these stands the text. */
  within: string;
  text: string;
  /** How many rows its table says it has. */
  rows?: number;
}

/** How long a screen may take before it is given up, in milliseconds. */
const PATIENCE_MS = 15_000;

/**
 * Runs in the page. Looks at each frame whether the screen shows what it should, from the next click on, or from when the page was
 * gone to. Gives the milliseconds between, by the browser's clock.
 */
const WATCH = `({ heading, within, text, clicked }) => new Promise((resolve) => {
  const shows = () =>
    [...document.querySelectorAll('h1')].some((found) => found.textContent === heading) &&
    document.querySelector('main [aria-busy="true"]') === null &&
    [...document.querySelectorAll(within)].some((found) => found.textContent.includes(text));
  const look = (from) => (shows() ? resolve(performance.now() - from) : requestAnimationFrame(() => look(from)));
  if (clicked) addEventListener('click', (event) => look(event.timeStamp), { capture: true, once: true });
  else look(0);
})`;

/** Milliseconds from a click, or without one from going to the page, until the screen shows this. @throws Error when it does not. */
export async function timeUntil(page: Page, { rows, ...shown }: Shown, click?: () => Promise<void>): Promise<number> {
  const watched = page.evaluate<number>(`(${WATCH})(${JSON.stringify({ ...shown, clicked: click !== undefined })})`);
  const given = new Promise<never>((_, fail) => {
    setTimeout(
      () => fail(new Error(`“${shown.heading}” did not show “${shown.text}” within ${PATIENCE_MS / 1000} s.`)),
      PATIENCE_MS,
    ).unref();
  });
  await click?.();
  const ms = await Promise.race([watched, given]);
  if (rows !== undefined) {
    const said = await page.evaluate<string | null>(
      `document.querySelector('main table[aria-rowcount]')?.getAttribute('aria-rowcount') ?? null`,
    );
    if (Number(said) !== rows + 1) throw new Error(`“${shown.heading}” says it has ${Number(said) - 1} rows; there are ${rows}.`);
  }
  return ms;
}
