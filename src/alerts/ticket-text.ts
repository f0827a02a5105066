import { createHash } from 'node:crypto';
import type { Alert } from '../../entities/index.js';

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it stands in HTML: names of customers and messages of vendors may hold anything. */
export function escapeHtml(text: string): string {
  return text.toWellFormed().replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** What the ticket of an alert is known by: tickets have no key, so it stands in the summary. */
export function markerOf({ id }: Pick<Alert, 'id'>): string {
  return `[Isthmus ${id.replaceAll('-', '').slice(0, 12)}]`;
}

/** The summary of a ticket: the marker, which must not be cut off, and then the sentence. */
export function summaryOf(alert: Pick<Alert, 'id' | 'summary'>): string {
  return `${markerOf(alert)} ${alert.summary}`;
}

/** What a note is known by, so that one whose answer was lost is not added twice. It differs for each thing told. */
export function noteKeyOf(alert: Pick<Alert, 'id' | 'toldAt'>, text: string): string {
  const hash = createHash('sha256').update(JSON.stringify([alert.id, alert.toldAt?.toISOString() ?? null, text]));
  return `[note ${hash.digest('hex').slice(0, 12)}]`;
}

/** A ticket's details, or a note, in HTML: a paragraph for each line of the text, then where to look, then what it is known by. */
export function htmlOf(text: string, { where, publicUrl, key }: { where: string | null; publicUrl: string; key?: string }): string {
  const lines = [...text.split('\n'), ...(where === null ? [] : [where])].map((line) => `<p>${escapeHtml(line)}</p>`);
  const url = escapeHtml(publicUrl);
  lines.push(`<p>Isthmus: <a href="${url}">${url}</a></p>`);
  if (key !== undefined) lines.push(`<p>${escapeHtml(key)}</p>`);
  return lines.join('');
}
