import type { FastifyInstance } from 'fastify';
import { disturbed } from '../faults.js';
import type { Kernel } from '../kernel.js';
import { Access } from './access.js';
import { readBodies } from './bodies.js';
import { Listing } from './listing.js';
import { mergeClients } from './resources/merging.js';
import { addRoutes } from './routes.js';
import type { PsaSeed } from './seed.js';
import { seeded } from './seeding.js';
import type { TableName, Writes } from './store.js';
import { defaultSwitches, type PsaSwitches } from './switches.js';
import type { Row } from './table.js';
import { tabAddress } from './tab.js';
import { Throttle } from './throttle.js';
import type { World } from './world.js';

export type { PsaSeed, SeedClient } from './seed.js';
export type { Writes } from './store.js';
export type { Row } from './table.js';
export { defaultSwitches, SCOPES, type ErrorShape, type PageCaps, type PsaSwitches } from './switches.js';

/**
 * A HaloPSA to try things on: its authorisation server and the resources that an importer of clients and subscriptions meets, as
 * awkward as the real one is known to be. What is not known of the real one is a switch.
 */
export class PsaSandbox {
  readonly #switches = defaultSwitches();
  readonly #world: World;
  readonly #access: Access;
  readonly #throttle: Throttle;
  readonly #listing: Listing;

  constructor(kernel: Kernel, seed: PsaSeed) {
    this.#world = { kernel, switches: this.#switches, seed, store: seeded(seed) };
    this.#access = new Access(this.#world);
    this.#throttle = new Throttle(this.#world);
    this.#listing = new Listing(this.#world);
  }

  /** The switches as they are; change them with `set`. */
  get switches(): Readonly<PsaSwitches> {
    return this.#switches;
  }

  /** Adds `/auth` and `/api` to the app, with faults and recording, in a scope of their own. */
  async mount(app: FastifyInstance): Promise<void> {
    await app.register(async (scope) => {
      disturbed(scope, 'psa', scope.prefix.length, this.#world.kernel);
      readBodies(scope);
      addRoutes(scope, { world: this.#world, access: this.#access, throttle: this.#throttle, listing: this.#listing });
    });
  }

  /** Begins again with this data: no tokens, no writes counted, an empty window of calls. The switches stay as they are. */
  reset(seed: PsaSeed): void {
    const store = seeded(seed);
    this.#world.seed = seed;
    this.#world.store = store;
    this.#access.revoke();
    this.#throttle.clear();
    this.#listing.clear();
  }

  /** Changes some switches; those not named stay as they are. */
  set(switches: Partial<PsaSwitches>): void {
    const given = Object.entries(switches).filter(([, value]) => value !== undefined);
    Object.assign(this.#switches, Object.fromEntries(given));
    this.#listing.clear();
  }

  /** Makes every token handed out so far worthless. */
  revokeTokens(): void {
    this.#access.revoke();
  }

  /** Records written over HTTP since the last reset. */
  writes(): Writes {
    return { ...this.#world.store.writes };
  }

  /** What is stored, under Halo's names, whatever the switches hide: dates `YYYY-MM-DDTHH:mm:ss` in UTC, null when empty. By id. */
  clients(): Row[] {
    return this.#stored('client');
  }

  sites(): Row[] {
    return this.#stored('site');
  }

  licences(): Row[] {
    return this.#stored('licence');
  }

  tickets(): Row[] {
    return this.#stored('ticket');
  }

  /** Changes a licence as a person in Halo would: unchecked, uncounted. Values in stored form. Throws when there is none of that id. */
  patchLicence(id: number, fields: Record<string, unknown>): void {
    this.#patch('licence', id, fields);
  }

  patchClient(id: number, fields: Record<string, unknown>): void {
    this.#patch('client', id, fields);
  }

  patchSite(id: number, fields: Record<string, unknown>): void {
    this.#patch('site', id, fields);
  }

  patchAgent(id: number, fields: Record<string, unknown>): void {
    this.#patch('agent', id, fields);
  }

  /** The address that a custom tab or button of this URL opens for an agent who looks at a client of this name. */
  tabAddress(url: string, iframeSecret: string, agentId: number, area: string): string {
    return tabAddress(url, { iframeSecret, agentId, area });
  }

  /** Adds a licence as a person in Halo would, unchecked; returns its id. */
  addLicence(fields: Record<string, unknown>): number {
    return this.#world.store.tables.licence.insert(fields).id;
  }

  /** Takes a licence out of the table altogether, where a DELETE only marks it. */
  dropLicence(id: number): void {
    this.#world.store.tables.licence.remove(id);
  }

  /** Merges one client into another: its sites, licences and tickets move, the client itself is gone. Throws when either is not there. */
  mergeClients(from: number, into: number): void {
    if (!mergeClients(this.#world.store, from, into)) throw new Error(`there is no client ${from} to merge into ${into}`);
  }

  #stored(table: TableName): Row[] {
    const rows = this.#world.store.tables[table].all().sort((a, b) => a.id - b.id);
    return rows.map((row) => structuredClone(row));
  }

  #patch(table: TableName, id: number, fields: Record<string, unknown>): void {
    if (!this.#world.store.tables[table].update(id, fields)) throw new Error(`there is no ${table} ${id}`);
  }
}
