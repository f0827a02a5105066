import type { NewTicket, Ticket, TicketNote, WriteOutcome } from '../psa/index.js';

/** What alerts need of the PSA. Reads throw an UpstreamError when they fail; writes only when nothing was sent. */
export interface TicketPsa {
  /** Null when there is none of that id. */
  ticket(ticketId: string): Promise<Ticket | null>;
  /** A client's ticket, open or closed, whose summary holds a text; null when none that was opened on or after a day does. */
  findTicket(wanted: { clientId: string; text: string; since: string }): Promise<Ticket | null>;
  ticketNotes(ticketId: string): Promise<TicketNote[]>;
  createTicket(ticket: NewTicket): Promise<WriteOutcome<Ticket>>;
  addTicketNote(ticketId: string, noteHtml: string): Promise<WriteOutcome<TicketNote>>;
  closeTicket(ticketId: string): Promise<WriteOutcome<Ticket>>;
  /** Closes idle connections. */
  close(): void;
}
