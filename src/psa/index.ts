export type { Agent } from './agent.js';
export { PsaClient } from './client.js';
export { currencyMismatch, MAIN_SITE, psaForm, stored, SUBSCRIPTION_TYPE, type PsaFormSettings } from './form.js';
export { LONGEST_WRITE_MS, type PsaDeps, type PsaLogger, type PsaSettings } from './settings.js';
export type { NewTicket, Ticket, TicketNote } from './tickets.js';
export type { TopLevel } from './top-level.js';
export type { UpdateOutcome } from './updates.js';
export { verifyPsa, type Check, type Verification } from './verify.js';
export type { WriteOutcome } from './write-outcome.js';
