import { clip } from './text.js';

/** Length of the site's phone column. Source: a published dump of a real Halo database, 2026-01. */
const LENGTH = 50;
const FORM = /^\+?(\d*)#(\d*)#([\d\s().-]*)(?:#(\d*))?$/;

/**
 * A phone number as people write it: the marketplace's `country#area#number#extension` (`1#555#1234567#12`) becomes
 * `+1 555 1234567 ext. 12`; anything else stays as it is. Undefined when there is no number.
 */
export function readablePhone(raw: string | undefined): string | undefined {
  const text = raw?.trim() ?? '';
  const match = FORM.exec(text);
  if (!match) return text === '' || !/\d/.test(text) ? undefined : clip(text, LENGTH);
  const [, country = '', area = '', number = '', extension = ''] = match;
  if (number.trim() === '') return undefined;
  const parts = [country === '' ? '' : `+${country}`, area, number.trim(), extension === '' ? '' : `ext. ${extension}`];
  return clip(parts.filter((part) => part !== '').join(' '), LENGTH);
}
