import type { Licence, LicenceFields } from '../../domain/index.js';
import type { LicenceCreateChange } from '../plan/input.js';
import type { Source, StoredChange } from '../store/plan-store.js';
import type { ApplyContext } from './context.js';
import { createRecords, type CreateOps } from './create-records.js';
import { DECIDED } from './decided.js';
import { compareShown, findLicences, licencesAt } from './find-licences.js';
import { CANARIES, keyNotKept, refusesCreates } from './keys-kept.js';
import type { MadeClients } from './apply-clients.js';

const TAKEN_ELSEWHERE =
  'Another tenant of this PSA instance is connected to the same marketplace account and creates its licence at this moment. The next import sees it.';

type Create = StoredChange<LicenceCreateChange>;
/** A create whose client is there. */
export type Placed = Create & { placed: LicenceFields };

/** Creates licences, and notes what became of each. */
export class LicenceCreation {
  readonly #made = new WeakSet<Placed>();
  /** The ids of licences that came back without their key: nothing but this tells that they are somebody's. */
  readonly #keyless = new Set<string>();
  /** Another tenant creates it, or a person decided meanwhile. */
  readonly #leftOut = new WeakSet<Placed>();
  /** By client, of those made a moment ago. */
  #mainSites: Map<string, string> | undefined;
  #canariesTried = 0;
  #refusal = '';

  constructor(
    private readonly context: ApplyContext,
    /** The youngest licence there was when the PSA was looked at. */
    private readonly before: number,
  ) {}

  /**
   * Makes sure that this PSA instance gives back the keys of licences, by creating one alone and reading it back by id and from the
   * list. A refused canary proves nothing, and the next one is tried.
   *
   * @param more The creates that may be tried: what is planned now, each time it is called.
   * @throws ImportFailure `key_not_kept`, or `psa_refuses_creates` when it takes none of the first ones.
   */
  async proveKeys(more: () => Source<Placed>): Promise<void> {
    while (this.context.keys.licence !== true) {
      const [first] = await more()();
      if (!first) return;
      if (this.#canariesTried === CANARIES) {
        const message = 'HaloPSA took none of the first licences, so the others were not tried.';
        await this.context.advance(await this.context.store.failPlanned('licenceCreates', message));
        throw refusesCreates('licences', this.#refusal || message);
      }
      await this.#canary(first);
    }
  }

  /** The creates whose client was there before. */
  placed(): Source<Placed> {
    const source = this.context.store.planned('licenceCreates', { placed: true });
    return async () => (await source()).map((change) => ({ ...change, placed: change.fields }));
  }

  /** Creates the rest, in arrays, now that their clients are there; what has none is left out, and said so. */
  async create({ clients }: Pick<MadeClients, 'clients'>): Promise<void> {
    const all = (): Source<Placed> => this.#withClients(this.context.store.planned('licenceCreates'), clients);
    await this.proveKeys(all);
    await createRecords(all(), this.#ops());
  }

  /** Of creates, those whose client is there, with it. The others are settled. */
  #withClients(source: Source<Create>, clients: MadeClients['clients']): Source<Placed> {
    const place = async (change: Create): Promise<Placed | undefined> => {
      if (change.fields.client_id != null) return { ...change, placed: change.fields };
      const client = clients.get(change.customerId);
      if (!client) return undefined;
      const site = client.mainSiteId ?? (await this.#mainSiteOf(client.clientId, clients));
      return { ...change, placed: { ...change.fields, client_id: client.clientId, site_id: site ?? null } };
    };
    return async () => {
      for (let changes = await source(); changes.length > 0; changes = await source()) {
        const there: Placed[] = [];
        const lost: Create[] = [];
        for (const change of changes) {
          const placed = await place(change);
          if (placed) there.push(placed);
          else lost.push(change);
        }
        await this.#leaveOut(lost);
        if (there.length > 0) return there;
      }
      return [];
    };
  }

  async #leaveOut(lost: readonly Create[]): Promise<void> {
    const { context } = this;
    await context.store.settle(lost.map(({ id }) => ({ id, state: 'superseded', message: 'There is no client to put it at.' })));
    await context.store.addSkips(
      lost.map(({ subscriptionId, line }) => ({
        entity: 'subscription',
        marketplaceId: subscriptionId,
        line,
        reason: 'client_failed',
        detail: 'Its client could not be created, so there is nowhere to put its licence. See the customer’s own entry.',
      })),
    );
    await context.advance(lost.length);
  }

  async #canary(item: Placed): Promise<void> {
    const { context } = this;
    let shown: Licence | undefined;
    const ops = this.#ops();
    await createRecords([item], {
      ...ops,
      settle: async (created) => {
        shown = created.get(item) ?? shown;
        await ops.settle(created);
      },
    });
    if (!this.#leftOut.has(item)) this.#canariesTried += 1;
    if (!shown) return;
    const { licenceId } = shown;
    const byId = await context.psa.licence(licenceId);
    const isIt = (licence: Licence): boolean => licence.licenceId === licenceId && licence.snowid === item.placed.snowid;
    const listed = byId?.snowid === item.placed.snowid ? await licencesAt(context, new Set([item.placed.client_id!]), isIt) : [];
    const kept = listed.length > 0;
    await context.rememberKeys('licence', kept);
    if (!kept) throw keyNotKept('licence');
  }

  /** Leaves out what another tenant of the same marketplace account creates at this moment, and what a person decided about meanwhile. */
  async #markSent(items: readonly Placed[]): Promise<Placed[]> {
    const { store } = this.context;
    const { claimed, decided } = await store.markCreatesSent(
      items.map(({ id, placed, customerId, subscriptionId, line }) => ({
        id,
        key: placed.snowid!,
        customerId,
        clientId: placed.client_id!,
        subscriptionId,
        line,
      })),
    );
    const left = items
      .filter(({ id }) => !claimed.has(id))
      .map((item) => {
        const about = decided.get(item.id);
        const [reason, detail] = about ? DECIDED[about] : (['already_in_psa', TAKEN_ELSEWHERE] as const);
        return { ...item, item, reason, detail };
      });
    for (const { item } of left) this.#leftOut.add(item);
    await store.settle(left.map(({ id, detail }) => ({ id, state: 'superseded', message: detail })));
    await store.addSkips(
      left.map(({ subscriptionId, line, reason, detail }) => ({
        entity: 'subscription',
        marketplaceId: subscriptionId,
        line,
        reason,
        detail,
      })),
    );
    await this.context.advance(left.length);
    return items.filter(({ id }) => claimed.has(id));
  }

  async #fail(items: readonly Placed[], message: string): Promise<void> {
    if (items.length === 0) return;
    this.#refusal = this.#refusal || message;
    await this.context.store.settle(items.map(({ id }) => ({ id, state: 'failed', message })));
    await this.context.advance(items.length);
  }

  #ops(): CreateOps<Placed, Licence> {
    const { context } = this;
    return {
      most: context.recordsPerCall,
      now: () => performance.now(),
      markSent: (items) => this.#markSent(items),
      post: (items) => context.psa.createLicences(items.map((item) => item.placed)),
      recognise: (items, shown) =>
        items.find((item) => item.placed.snowid === shown.snowid) ?? (items.length === 1 && shown.snowid == null ? items[0] : undefined),
      find: (items) => findLicences(context, items, this.before, this.#keyless),
      settle: async (created) => {
        const fresh = [...created].filter(([item]) => !this.#made.has(item));
        for (const [item, { licenceId, snowid }] of fresh) {
          this.#made.add(item);
          if (snowid == null) this.#keyless.add(licenceId);
        }
        await context.store.settle(
          fresh.map(([change, licence]) => ({
            id: change.id,
            state: 'applied',
            psaId: licence.licenceId,
            ...compareShown(change.placed, licence, change.fields),
          })),
          (query) =>
            context.store.writeLinks(
              query,
              fresh.map(([{ subscriptionId, line }, { licenceId }]) => ({ subscriptionId, line, licenceId, origin: 'created' })),
            ),
        );
        await context.advance(fresh.length);
      },
      fail: (items, message) => this.#fail(items, message),
      wait: (ms) => context.wait(ms),
      check: () => context.advance(0),
      ahead: context.store,
    };
  }

  /** The main site of a client made a moment ago whose record does not say it: one look at all sites says all of them. */
  async #mainSiteOf(clientId: string, clients: MadeClients['clients']): Promise<string | undefined> {
    if (!this.#mainSites) {
      this.#mainSites = new Map();
      const without = new Set([...clients.values()].flatMap((client) => (client.mainSiteId === undefined ? [client.clientId] : [])));
      // The oldest one, should somebody have added another.
      for (const site of (await this.context.psa.sites()).rows.toSorted((a, b) => Number(b.siteId) - Number(a.siteId))) {
        if (without.has(site.clientId) && !site.inactive) this.#mainSites.set(site.clientId, site.siteId);
      }
    }
    return this.#mainSites.get(clientId);
  }
}
