import type { Alert, PsaInstance } from '../../entities/index.js';
import { type AlertRows, type Told, toldBefore } from './alert-rows.js';
import type { Ticket } from '../psa/index.js';
import type { Condition } from './conditions.js';
import type { TicketPsa } from './ticket-psa.js';
import { htmlOf, markerOf, noteKeyOf, summaryOf } from './ticket-text.js';

/** What telling people in one PSA instance takes. */
export interface TellParts {
  psa: TicketPsa;
  rows: AlertRows;
  psaInstance: PsaInstance;
  publicUrl: string;
  logger: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

const DAY = 86_400_000;

/** Whether the ticket should hear of it: something changed, and a day has passed or it got worse. */
export function isNews(alert: Pick<Alert, 'told' | 'toldAt'>, condition: Condition, now: Date): boolean {
  const told = toldBefore(alert);
  if (told === null || alert.toldAt === null) return true;
  if (told.detail === condition.detail) return false;
  return condition.weight > told.weight || now.getTime() - alert.toldAt.getTime() >= DAY;
}

/** Whether there is something to tell or to find out: whatever has no ticket yet, and news. */
export function needsTelling(alert: Alert, condition: Condition, now: Date): boolean {
  return alert.ticketId === null || isNews(alert, condition, now);
}

/** Makes the ticket of a condition that lasts, or adds a note to it. */
export async function tell(parts: TellParts, alert: Alert, condition: Condition, now: Date): Promise<void> {
  const ticketId = alert.ticketId ?? (await adoptTicket(parts, alert));
  if (ticketId === null) return makeTicket(parts, alert, condition);
  if (!isNews(alert, condition, now)) return;
  const ticket = await ticketOf(parts, alert, ticketId);
  if (!ticket || ticket.closed) {
    // Somebody closed it, so the old matter is settled for them; this is new.
    return makeTicket(parts, await parts.rows.beginAgain(alert, condition), condition);
  }
  if (await addNote(parts, alert, ticketId, condition.detail, condition.where)) await parts.rows.noteAdded(alert, toldOf(condition));
}

/** Closes the ticket of a condition that is over. */
export async function finish(parts: TellParts, alert: Alert): Promise<void> {
  const ticketId = alert.ticketId ?? (await adoptTicket(parts, alert));
  if (ticketId === null) return parts.rows.forget(alert);
  const ticket = await ticketOf(parts, alert, ticketId);
  if (ticket && !ticket.closed) {
    if (!(await addNote(parts, alert, ticketId, 'This is over. Isthmus closes the ticket by itself.', null))) return;
    const outcome = await parts.psa.closeTicket(ticketId);
    if (outcome.kind !== 'stored') {
      parts.logger.warn({ ...about(alert), ticketId, why: outcome.message }, 'A ticket was not closed; it is tried again');
      return;
    }
    if (outcome.shown.some((shown) => !shown.closed)) {
      parts.logger.warn(
        { ...about(alert), ticketId },
        'HaloPSA shows the ticket as open after closing it: its status "Closed" is not the usual one. Close it by hand.',
      );
    }
  }
  await parts.rows.ticketClosed(alert);
}

/**
 * The ticket of an alert as it stands; null when there is none any more. One of its number without its mark is somebody else's: numbers mean other
 * tickets where the address of the PSA instance is another HaloPSA's now, and who took the mark away took the ticket over.
 */
async function ticketOf({ psa, logger }: TellParts, alert: Alert, ticketId: string): Promise<Ticket | null> {
  const ticket = await psa.ticket(ticketId);
  if (!ticket || ticket.summary.includes(markerOf(alert))) return ticket;
  logger.info({ ...about(alert), ticketId }, 'The ticket of an alert does not carry its mark; it is left alone');
  return null;
}

/** The ticket that was made when the answer was lost; null when none was, or none can be seen. */
async function adoptTicket({ psa, rows, psaInstance, logger }: TellParts, alert: Alert): Promise<string | null> {
  if (alert.toldAt === null || psaInstance.alertClientId === null) return null;
  // A day early, because whose clock and zone Halo's dates are in is not certain.
  const since = new Date(alert.openedAt.getTime() - DAY).toISOString().slice(0, 10);
  const ticket = await psa.findTicket({ clientId: psaInstance.alertClientId, text: markerOf(alert), since });
  if (!ticket) return null;
  await rows.ticketMade(alert, ticket.ticketId);
  logger.info({ ...about(alert), ticketId: ticket.ticketId }, 'Found the ticket of an alert whose answer was lost');
  return ticket.ticketId;
}

async function makeTicket({ psa, rows, psaInstance, publicUrl, logger }: TellParts, alert: Alert, condition: Condition): Promise<void> {
  const { alertClientId: clientId, alertTicketTypeId: ticketTypeId } = psaInstance;
  if (clientId === null || ticketTypeId === null || !(await rows.claimTicket(alert, toldOf(condition)))) return;
  const ticket = {
    clientId,
    ticketTypeId,
    summary: summaryOf({ id: alert.id, summary: condition.summary }),
    detailsHtml: htmlOf(condition.detail, { where: condition.where, publicUrl }),
  };
  let outcome;
  try {
    outcome = await psa.createTicket(ticket);
  } catch (error) {
    // It only throws when nothing was sent.
    await rows.unclaim(alert);
    throw error;
  }
  const made = outcome.kind === 'stored' ? outcome.shown[0] : undefined;
  if (made) {
    await rows.ticketMade(alert, made.ticketId);
    logger.info({ ...about(alert), ticketId: made.ticketId }, 'Opened a ticket');
    return;
  }
  if (outcome.kind === 'refused') await rows.unclaim(alert);
  const why = outcome.kind === 'stored' ? 'The answer does not show it.' : outcome.message;
  logger.warn({ ...about(alert), why }, 'A ticket could not be opened, or nobody knows; it is looked for and tried again');
}

/** Adds a note unless it is there already. False when it is not known to be there. */
async function addNote(
  { psa, publicUrl, logger }: TellParts,
  alert: Alert,
  ticketId: string,
  text: string,
  where: string | null,
): Promise<boolean> {
  const key = noteKeyOf(alert, text);
  const notes = await psa.ticketNotes(ticketId);
  if (notes.some((note) => note.text.includes(key))) return true;
  const outcome = await psa.addTicketNote(ticketId, htmlOf(text, { where, publicUrl, key }));
  if (outcome.kind === 'stored') return true;
  logger.warn(
    { ...about(alert), ticketId, why: outcome.message },
    'A note could not be added to a ticket, or nobody knows; it is looked for and tried again',
  );
  return false;
}

function toldOf({ detail, weight }: Condition): Told {
  return { detail, weight };
}

function about({ id, tenantId, condition }: Alert): { alertId: string; tenantId: string; condition: string } {
  return { alertId: id, tenantId, condition };
}
