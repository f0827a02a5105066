import { UpstreamError, type HttpAnswer } from '../egress/index.js';
import type { CalendarDate } from '../domain/index.js';
import type { Calls } from './calls.js';
import { pageOf } from './look.js';
import * as read from './read.js';
import { escapeMarkup, nameForm } from './text.js';
import type { WireNewTicket, WireNote, WireRecord } from './wire.js';
import { wireId } from './write.js';

/** The status "Closed" that Halo ships with. Source: seen in production clients. */
export const CLOSED_STATUS = 9;
/** The outcome "Internal Note" that Halo ships with; an action without an outcome is refused. Source: seen in production clients. */
const INTERNAL_NOTE = 7;
/** Shorter than any column for it is known to be, and what fits on a screen. */
const SUMMARY_LENGTH = 250;
/** The most rows that a page of tickets may have. Source: Halo's OpenAPI document. */
const PAGE_SIZE = 100;
const MOST_PAGES = 1000;

/** A ticket of Halo. */
export interface Ticket {
  ticketId: string;
  summary: string;
  closed: boolean;
  /** The day it was opened, where the record says so. */
  openedOn?: CalendarDate;
}

/** A ticket to be made. */
export interface NewTicket {
  clientId: string;
  ticketTypeId: string;
  /** Plain text on one line; markup in it is made harmless, and what is longer than 250 characters is cut. */
  summary: string;
  /** HTML: whatever stands in it from elsewhere must be escaped already. */
  detailsHtml: string;
}

/** A note on a ticket. */
export interface TicketNote {
  noteId: string;
  ticketId: string;
  /** As Halo shows it: plain text, HTML, or one after the other. */
  text: string;
}

/** A ticket of Halo, or why it cannot be used. */
export function ticketFromWire(row: WireRecord): Ticket | { reason: string } {
  const ticketId = read.id(row['id']);
  if (ticketId === undefined) return { reason: 'The ticket has no id.' };
  const closed = read.flag(row['hasbeenclosed']) ?? read.integer(row['status_id']) === CLOSED_STATUS;
  const ticket: Ticket = { ticketId, summary: read.name(row['summary']) ?? '', closed };
  const openedOn = read.day(row['dateoccurred']);
  if (typeof openedOn === 'string') ticket.openedOn = openedOn;
  return ticket;
}

/** A new ticket in Halo's form. Throws a RangeError for a client or type that is not Halo's. */
export function newTicketToWire({ clientId, ticketTypeId, summary, detailsHtml }: NewTicket): WireNewTicket {
  return {
    summary: escapeMarkup(nameForm(summary, SUMMARY_LENGTH)),
    details_html: detailsHtml,
    client_id: wireId(clientId),
    tickettype_id: wireId(ticketTypeId),
    // Fields that a ticket type demands of people are not ours to fill in, and its template would replace what is said.
    _novalidate: true,
    donotapplytemplateintheapi: true,
  };
}

/** A note that only agents see, in Halo's form. Throws a RangeError for a ticket that is not Halo's. */
export function noteToWire(ticketId: string, noteHtml: string): WireNote {
  return { ticket_id: wireId(ticketId), outcome_id: INTERNAL_NOTE, note_html: noteHtml, hiddenfromuser: true };
}

/** A note of Halo, or why it cannot be used. */
export function noteFromWire(row: WireRecord): TicketNote | { reason: string } {
  const noteId = read.id(row['id']);
  const ticketId = read.id(row['ticket_id']);
  if (noteId === undefined || ticketId === undefined) return { reason: 'The action has no id or no ticket.' };
  const texts = [row['note'], row['note_html']].map((value) => read.text(value)).filter((text) => typeof text === 'string');
  return { noteId, ticketId, text: texts.join('\n') };
}

/**
 * A client's ticket, open or closed, whose summary holds a text; null when there is none that was opened on or after a day. Walks
 * the list itself, newest first, because what `search` looks at differs from one Halo to another. Throws an UpstreamError also
 * when the list ends short of what it says it holds: then nobody knows.
 */
export async function findTicket(calls: Calls, clientId: string, text: string, since: CalendarDate): Promise<Ticket | null> {
  const query = { client_id: wireId(clientId), pageinate: true, page_size: PAGE_SIZE };
  const seen = new Set<string>();
  let largest = 0;
  let ordered = true;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const answer = await readPage(calls, { ...query, page_no: page }, ordered);
    ordered = answer.ordered;
    largest = Math.max(largest, answer.count ?? 0);
    const before = seen.size;
    for (const row of answer.rows) seen.add(read.id(row['id']) ?? JSON.stringify(row));
    const tickets = answer.rows.flatMap((row) => {
      const ticket = ticketFromWire(row);
      return 'reason' in ticket ? [] : [ticket];
    });
    const found = tickets.find(({ summary }) => summary.includes(text));
    if (found) return found;
    const oldest = tickets.at(-1)?.openedOn;
    if (ordered && oldest !== undefined && oldest < since) return null;
    if (seen.size >= largest && (largest > 0 || answer.rows.length === 0)) return null;
    if (seen.size === before) break;
  }
  throw new UpstreamError({ vendor: 'psa', kind: 'bad_answer', detail: 'HaloPSA did not list all tickets of the client.' });
}

interface TicketPage {
  rows: WireRecord[];
  count?: number;
  ordered: boolean;
}

function rowsOf(answer: HttpAnswer): Omit<TicketPage, 'ordered'> {
  const { rows, count } = pageOf(answer, 'tickets', 'reading /Tickets');
  return { rows: rows.filter(read.isRecord), count };
}

/** One page, newest first unless that was refused. */
async function readPage(calls: Calls, query: Record<string, string | number | boolean>, ordered: boolean): Promise<TicketPage> {
  if (!ordered) return { ...(await calls.read('/Tickets', query, rowsOf)), ordered };
  try {
    return { ...(await calls.read('/Tickets', { ...query, order: 'id', orderdesc: true }, rowsOf)), ordered };
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.status !== 400) throw error;
    return { ...(await calls.read('/Tickets', query, rowsOf)), ordered: false };
  }
}
