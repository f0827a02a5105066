import type { Locator, Page } from 'playwright-core';

/** More elements than any screen has. */
const MOST = 600;

/**
 * Until what the last key put off is done. Dialogs move the focus from a timer: when they open, and after Tab in a field for a date; lists that open
 * find what is chosen in them from another, and Enter before it chooses nothing. Nobody
 * types so fast that two keys come before it; a script on a busy machine does, and its focus is pulled back (@mantine/hooks 9.7).
 */
const PUT_OFF = 'new Promise((done) => setTimeout(done))';

/** Somebody without a mouse. */
export class Keys {
  constructor(private readonly page: Page) {}

  press(key: string): Promise<void> {
    return this.page.keyboard.press(key);
  }

  /** Tab until an element has the focus. @throws Error when Tab never gets there. */
  async to(target: Locator): Promise<void> {
    await target.waitFor();
    for (let pressed = 0; pressed <= MOST; pressed++) {
      await this.page.evaluate(PUT_OFF);
      if ((await target.and(this.page.locator(':focus')).count()) === 1) return;
      await this.press('Tab');
    }
    throw new Error(`Tab does not get to ${String(target)}.`);
  }

  /** Goes to a button or link and presses it; a checkbox wants a space. */
  async do(target: Locator, key: 'Enter' | 'Space' = 'Enter'): Promise<void> {
    await this.to(target);
    await this.press(key);
  }

  /** Opens a menu, and goes down it to an item. */
  async pick(menu: Locator, item: Locator): Promise<void> {
    await this.do(menu);
    await item.waitFor();
    for (let pressed = 0; pressed <= MOST; pressed++) {
      if ((await item.and(this.page.locator(':focus')).count()) === 1) return this.press('Enter');
      await this.press('ArrowDown');
    }
    throw new Error(`Arrows do not get to ${String(item)}.`);
  }

  /** Goes to a field and replaces what stands in it. */
  async write(target: Locator, text: string): Promise<void> {
    await this.to(target);
    await this.press('ControlOrMeta+a');
    await this.page.keyboard.type(text);
  }

  /** Goes to a list that opens, and chooses the nth of its options; 0 is the one that is chosen. */
  async choose(target: Locator, nth: number): Promise<void> {
    await this.do(target);
    await this.page.getByRole('option').first().waitFor();
    await this.page.evaluate(PUT_OFF);
    for (let pressed = 0; pressed < nth; pressed++) await this.press('ArrowDown');
    await this.press('Enter');
    await this.page.getByRole('option').first().waitFor({ state: 'hidden' });
  }
}

/** What Tab got to on a screen. */
export interface Walk {
  /** How many elements had the focus. */
  reached: number;
  /** What can be pressed with a mouse, and not with the keyboard. */
  missed: string[];
  /** What had the focus without showing it. */
  unseen: string[];
}

/** Goes through a whole screen by Tab. */
export async function walk(page: Page): Promise<Walk> {
  await page.evaluate(MARK);
  const seen = new Set<string>();
  const unseen: string[] = [];
  let before = '';
  for (let pressed = 0; pressed <= MOST; pressed++) {
    await page.keyboard.press('Tab');
    await page.evaluate(PUT_OFF);
    const { mark, shows, html } = await page.evaluate<{ mark: string | null; shows: boolean; html: string }>(FOCUSED);
    // A date is one field with several stops.
    if (mark === null || mark === before) continue;
    if (seen.has(mark)) break;
    before = mark;
    seen.add(mark);
    if (!shows) unseen.push(html);
  }
  const marked = await page.evaluate<{ mark: string; html: string }[]>(MARKED);
  const missed = marked.filter(({ mark }) => !seen.has(mark)).map(({ html }) => html);
  return { reached: seen.size, missed: [...missed, ...(await page.evaluate<string[]>(MOUSE_ONLY))], unseen };
}

/**
 * Numbers what can be pressed. Left out is what the keyboard gets to in another way: all but one of a group of radios and of a row of tabs
 * (arrows), and the small buttons within a field that screen readers do not see either (arrows count up and down, choosing again clears).
 */
const MARK = `(() => {
  const pressable = 'a[href], button, input, select, textarea, summary, [role="button"], [role="checkbox"], [role="switch"], [role="tab"], [tabindex="0"]';
  const within = (element) =>
    element.matches('[aria-hidden="true"], [role="tab"][aria-selected="false"], input[type="hidden"]') ||
    (element.matches('input[type="radio"]') && !element.checked && document.querySelector('input[type="radio"][name="' + element.name + '"]:checked'));
  let number = 0;
  for (const element of document.querySelectorAll(pressable))
    if (element.checkVisibility({ visibilityProperty: true }) && !element.disabled && !within(element)) element.setAttribute('data-walk', String(++number));
})()`;

const MARKED = `[...document.querySelectorAll('[data-walk]')].map((element) => ({ mark: element.dataset.walk, html: element.outerHTML.slice(0, 200) }))`;

/** Fields show the focus by their border. */
const FOCUSED = `(() => {
  const element = document.activeElement;
  const shows = element.matches('input, textarea, body') || getComputedStyle(element).outlineStyle !== 'none';
  return { mark: element.getAttribute('data-walk'), shows, html: element.outerHTML.slice(0, 200) };
})()`;

/** What looks as if it could be clicked, without being or holding anything that can have the focus. */
const MOUSE_ONLY = `(() => {
  const able = 'a[href], button, input, select, textarea, summary, label, [tabindex]';
  return [...document.querySelectorAll('main *')]
    .filter((element) => getComputedStyle(element).cursor === 'pointer' && element.checkVisibility())
    .filter((element) => !element.closest(able) && !element.closest('tr')?.querySelector(able) && !element.querySelector(able))
    .map((element) => element.outerHTML.slice(0, 200));
})()`;
