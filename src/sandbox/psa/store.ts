import { Table } from './table.js';

export type TableName =
  | 'action'
  | 'agent'
  | 'client'
  | 'externallink'
  | 'feature'
  | 'item'
  | 'licence'
  | 'site'
  | 'supplier'
  | 'ticket'
  | 'tickettype'
  | 'toplevel';

/** Records written over HTTP since the last reset: created, updated or deleted. */
export interface Writes {
  clients: number;
  sites: number;
  licences: number;
  tickets: number;
}

const COUNTED: Partial<Record<TableName, keyof Writes>> = { client: 'clients', site: 'sites', licence: 'licences', ticket: 'tickets' };

/** Everything the sandbox Halo keeps. */
export class Store {
  readonly tables: Record<TableName, Table>;
  readonly writes: Writes = { clients: 0, sites: 0, licences: 0, tickets: 0 };
  #journal: (() => void)[] | undefined;
  #nextAddressId = 1;

  constructor() {
    const table = (): Table => new Table((undo) => this.#journal?.push(undo));
    this.tables = {
      action: table(),
      agent: table(),
      client: table(),
      externallink: table(),
      feature: table(),
      item: table(),
      licence: table(),
      site: table(),
      supplier: table(),
      ticket: table(),
      tickettype: table(),
      toplevel: table(),
    };
  }

  nextAddressId(): number {
    return this.#nextAddressId++;
  }

  countWrite(table: TableName): void {
    const counter = COUNTED[table];
    if (!counter) return;
    this.writes[counter] += 1;
    this.#journal?.push(() => (this.writes[counter] -= 1));
  }

  /** Does the work; if it throws, everything it changed is put back (ids it used stay used). May be nested. */
  atomically<T>(work: () => T): T {
    const outer = this.#journal;
    const journal: (() => void)[] = [];
    this.#journal = journal;
    try {
      const result = work();
      outer?.push(...journal);
      return result;
    } catch (error) {
      this.#journal = undefined;
      for (const undo of journal.toReversed()) undo();
      throw error;
    } finally {
      this.#journal = outer;
    }
  }
}
