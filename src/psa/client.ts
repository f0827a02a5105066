import {
  collected,
  type CalendarDate,
  type Client,
  type KnownPages,
  type Licence,
  type LicenceFields,
  type Look,
  type NewClient,
  type Site,
  type SiteAddress,
  type Take,
  type Walk,
} from '../domain/index.js';
import { UpstreamError } from '../egress/index.js';
import { haloAddresses } from './address.js';
import { agentFromWire, type Agent } from './agent.js';
import { Calls } from './calls.js';
import { clientFromWire, newClientToWire } from './client-record.js';
import { licenceFromWire, licenceToWire } from './licence.js';
import { eachRow, pageOf, type Unordered } from './look.js';
import * as read from './read.js';
import { oneRecord } from './record.js';
import type { PsaDeps, PsaSettings } from './settings.js';
import { siteFromWire, siteToWire } from './site-record.js';
import * as tickets from './tickets.js';
import { topLevelsOf, type TopLevel } from './top-level.js';
import { sendUpdates, type ArraysTaken, type Update, type UpdateOutcome } from './updates.js';
import { agentVerdict } from './verdicts.js';
import type { WireRecord } from './wire.js';
import { wireId } from './write.js';
import { writeOutcome, type WriteOutcome } from './write-outcome.js';

/** Without these flags Halo hides inactive rows. */
const ALL = { includeactive: true, includeinactive: true, activeinactive: 'true,true' } as const;
const UPDATE_BATCH = 200;
const SEARCH_ROWS = 50;
const NOTES = 200;

/**
 * A HaloPSA. Looks throw an UpstreamError when it cannot be read, and never turn a broken answer into "no rows"; so do writes, but only
 * before anything was sent. Close it after use.
 */
export class PsaClient {
  private readonly http: Calls;
  private readonly deps: PsaDeps;
  private readonly unordered: Unordered = new Set();
  /** By path. */
  private readonly arrays = new Map<string, ArraysTaken>();

  constructor(settings: PsaSettings, deps: PsaDeps) {
    this.deps = deps;
    this.http = new Calls(settings, deps, haloAddresses(settings.baseUrl, settings.authUrl));
  }

  /** Calls made, those for tokens too, and how many of them were refused by a throttle. */
  get calls(): { made: number; refused: number } {
    return this.http.count;
  }

  /** Every client, inactive ones too. */
  clients(): Promise<Look<Client>> {
    return collected(
      (row) => row.clientId,
      (take) => this.eachClient(take),
    );
  }

  /** The same, handed on page by page. */
  eachClient(take: Take<Client>, known?: KnownPages): Promise<Walk> {
    return eachRow(this.http, { path: '/Client', key: 'clients', query: ALL, translate: clientFromWire, known }, this.unordered, take);
  }

  /** One client with its main site; null when there is none of that id. */
  client(clientId: string): Promise<Client | null> {
    return oneRecord(this.http, 'Client', clientId, clientFromWire);
  }

  /** Clients whose texts match, inactive ones too, at most 50; for pickers. */
  searchClients(search: string): Promise<Client[]> {
    const query = { ...ALL, search: search.trim() || undefined, pageinate: true, page_size: SEARCH_ROWS, page_no: 1 };
    return this.http.read('/Client', query, (answer) => records(pageOf(answer, 'clients', 'reading /Client').rows, clientFromWire));
  }

  /** The top levels that clients hang under; for pickers. */
  topLevels(): Promise<TopLevel[]> {
    return this.http.read('/TopLevel', {}, topLevelsOf);
  }

  /** One agent; null when there is none of that id. */
  agent(agentId: string): Promise<Agent | null> {
    return oneRecord(this.http, 'Agent', agentId, agentFromWire);
  }

  /**
   * Whether the agent that the application logs in as may use all clients: one who may not is shown shorter lists that do not say so.
   * Undefined when Halo does not show it.
   */
  async seesAllClients(): Promise<boolean | undefined> {
    try {
      const { result } = agentVerdict(await this.http.read('/Agent/me', {}, ({ json }) => (read.isRecord(json) ? json : undefined)));
      return result === 'unknown' ? undefined : result === 'ok';
    } catch (error) {
      // The agents may be hidden from the application.
      if (error instanceof UpstreamError && (error.kind === 'permission' || error.kind === 'not_found' || error.kind === 'refused'))
        return undefined;
      throw error;
    }
  }

  /** Every site, inactive ones too, with the delivery address where the list carries it. */
  sites(): Promise<Look<Site>> {
    return collected(
      (row) => row.siteId,
      (take) => this.eachSite(take),
    );
  }

  /** The same, handed on page by page. */
  eachSite(take: Take<Site>, known?: KnownPages): Promise<Walk> {
    const query = { ...ALL, includeaddress: true };
    return eachRow(this.http, { path: '/Site', key: 'sites', query, translate: siteFromWire, known }, this.unordered, take);
  }

  /** One site with its delivery address; null when there is none of that id. */
  site(siteId: string): Promise<Site | null> {
    return oneRecord(this.http, 'Site', siteId, siteFromWire);
  }

  /** Every licence, inactive ones too; with a client id, that client's alone, whatever the answer holds. */
  licences(filter: { clientId?: string } = {}): Promise<Look<Licence>> {
    return collected(
      (row) => row.licenceId,
      (take) => this.eachLicence(filter, take),
    );
  }

  /** The same, handed on page by page. */
  eachLicence({ clientId }: { clientId?: string }, take: Take<Licence>, known?: KnownPages): Promise<Walk> {
    // The document knows no `includeactive` here: active ones are always listed.
    const query = { includeinactive: true, client_id: clientId };
    const belongs = (licence: Licence): boolean => clientId === undefined || licence.clientId === clientId;
    const source = { path: '/SoftwareLicence', key: 'licences', query, translate: licenceFromWire, belongs, known };
    return eachRow(this.http, source, this.unordered, take);
  }

  /** One licence, deleted ones too where Halo shows them; null when there is none of that id. */
  licence(licenceId: string): Promise<Licence | null> {
    return oneRecord(this.http, 'SoftwareLicence', licenceId, licenceFromWire);
  }

  /** One POST, never repeated unless it was certainly not looked at. Throws an UpstreamError when it could not be sent. */
  async createClients(clients: NewClient[]): Promise<WriteOutcome<Client>> {
    return translated(await this.post('/Client', clients.map(newClientToWire)), clientFromWire);
  }

  /** One POST, never repeated unless it was certainly not looked at. Throws an UpstreamError when it could not be sent. */
  async createLicences(licences: LicenceFields[]): Promise<WriteOutcome<Licence>> {
    const wire = licences.map((fields) => licenceToWire(fields));
    return translated(await this.post('/SoftwareLicence', wire), licenceFromWire);
  }

  /** Updates in arrays; a refused array is halved until the bad record stands alone. An outcome for each id. */
  updateLicences(updates: { licenceId: string; fields: LicenceFields }[]): Promise<Map<string, UpdateOutcome<Licence>>> {
    const wires = updates.map(({ licenceId, fields }) => ({ id: licenceId, wire: () => licenceToWire(fields, licenceId) }));
    return this.update('/SoftwareLicence', wires, licenceFromWire);
  }

  /**
   * Sets the lines of sites' delivery addresses that are given, and the country, halving as above. Give all lines with the address's id:
   * whether Halo keeps lines that are left out is not documented.
   */
  updateSites(updates: { siteId: string; address: SiteAddress; countryCode?: string }[]): Promise<Map<string, UpdateOutcome<Site>>> {
    const wires = updates.map((update) => ({ id: update.siteId, wire: () => siteToWire(update) }));
    return this.update('/Site', wires, siteFromWire);
  }

  /** One ticket; null when there is none of that id. */
  ticket(ticketId: string): Promise<tickets.Ticket | null> {
    return oneRecord(this.http, 'Tickets', ticketId, tickets.ticketFromWire);
  }

  /** A client's ticket, open or closed, whose summary holds a text; null when none that was opened on or after a day does. */
  findTicket({ clientId, text, since }: { clientId: string; text: string; since: CalendarDate }): Promise<tickets.Ticket | null> {
    return tickets.findTicket(this.http, clientId, text, since);
  }

  /** The last notes on a ticket, in no certain order. */
  ticketNotes(ticketId: string): Promise<tickets.TicketNote[]> {
    // This list knows no pages.
    const query = { ticket_id: wireId(ticketId), count: NOTES, includehtmlnote: true };
    return this.http.read('/Actions', query, (answer) => {
      const notes = records(pageOf(answer, 'actions', 'reading /Actions').rows, tickets.noteFromWire);
      return notes.filter((note) => note.ticketId === ticketId);
    });
  }

  /** One POST, never repeated unless it was certainly not looked at. Throws when nothing was sent. */
  async createTicket(ticket: tickets.NewTicket): Promise<WriteOutcome<tickets.Ticket>> {
    return translated(await this.post('/Tickets', [tickets.newTicketToWire(ticket)]), tickets.ticketFromWire);
  }

  /** Adds a note that only agents see; the text is HTML. One POST, as above. */
  async addTicketNote(ticketId: string, noteHtml: string): Promise<WriteOutcome<tickets.TicketNote>> {
    return translated(await this.post('/Actions', [tickets.noteToWire(ticketId, noteHtml)]), tickets.noteFromWire);
  }

  /** Closes a ticket. Where "Closed" is not Halo's usual status, the ticket that is shown is not closed. */
  async closeTicket(ticketId: string): Promise<WriteOutcome<tickets.Ticket>> {
    const wire = { id: wireId(ticketId), status_id: tickets.CLOSED_STATUS, _novalidate: true };
    return translated(await this.post('/Tickets', [wire]), tickets.ticketFromWire);
  }

  /** Closes idle connections. */
  close(): void {
    this.http.close();
  }

  private async update<T extends object>(
    path: string,
    updates: { id: string; wire: () => object }[],
    translate: (row: WireRecord) => T | { reason: string },
  ): Promise<Map<string, UpdateOutcome<T>>> {
    const ready: Update[] = [];
    const failed = new Map<string, UpdateOutcome<T>>();
    for (const { id, wire } of updates) {
      try {
        ready.push({ id, wire: wire() });
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        failed.set(id, { kind: 'failed', message: error.message });
      }
    }
    const sent = await sendUpdates(ready, {
      post: (records) => this.tryPost(path, records),
      translate: (row) => records([row], translate)[0],
      arrays: this.arraysTaken(path),
      batch: Math.max(1, this.deps.updateBatch ?? UPDATE_BATCH),
      pace: this.http.pace,
      signal: this.deps.signal,
    });
    return new Map([...failed, ...sent]);
  }

  private arraysTaken(path: string): ArraysTaken {
    const known = this.arrays.get(path) ?? {};
    this.arrays.set(path, known);
    return known;
  }

  /** As `post`, but what could not be sent is an outcome too, so that the outcomes of earlier arrays are kept. */
  private async tryPost(path: string, wire: object[]): Promise<WriteOutcome<WireRecord>> {
    try {
      return await this.post(path, wire);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      // Whatever it was, it concerns the call and no record in it.
      return { kind: 'refused', status: 403, message: error.detail };
    }
  }

  private async post(path: string, wire: object[]): Promise<WriteOutcome<WireRecord>> {
    // Without `returnall` the answer to several records is the last one alone. Seen in production on another resource; ignored where unknown.
    const query = wire.length > 1 ? { returnall: true } : undefined;
    let outcome: WriteOutcome<WireRecord>;
    try {
      outcome = writeOutcome(await this.http.post(path, wire, query), path);
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.kind !== 'throttled' || error.status === undefined) throw error;
      outcome = { kind: 'refused', status: error.status, message: error.detail };
    }
    if (outcome.kind === 'stored') this.logWarnings(path, outcome.shown);
    return outcome;
  }

  private logWarnings(path: string, shown: WireRecord[]): void {
    for (const row of shown) {
      const warning = read.text(row['_warning']);
      if (typeof warning === 'string') {
        this.deps.logger?.warn({ path, id: row['id'], warning: warning.slice(0, 300) }, 'HaloPSA stored a record with a warning');
      }
    }
  }
}

function translated<T extends object>(
  outcome: WriteOutcome<WireRecord>,
  translate: (row: WireRecord) => T | { reason: string },
): WriteOutcome<T> {
  return outcome.kind === 'stored' ? { kind: 'stored', shown: records(outcome.shown, translate) } : outcome;
}

function records<T extends object>(rows: unknown[], translate: (row: WireRecord) => T | { reason: string }): T[] {
  return rows.filter(read.isRecord).flatMap((row) => {
    const record = translate(row);
    return 'reason' in record ? [] : [record];
  });
}
