import type { Client, Licence, LicenceFields } from '../../domain/index.js';
import type { LicenceCreateChange, PlannedSkip } from '../plan/input.js';
import type { StoredChange } from '../store/plan-store.js';
import type { ApplyContext } from './context.js';
import { createRecords, type CreateOps } from './create-records.js';
import { compareShown, findLicences, licencesAt } from './find-licences.js';
import { CANARIES, keyNotKept, refusesCreates } from './keys-kept.js';
import type { MadeClients } from './apply-clients.js';

const TAKEN_ELSEWHERE =
  'Another tenant of this PSA instance is connected to the same marketplace account and creates its licence at this moment. The next import sees it.';

type Create = StoredChange<LicenceCreateChange>;
/** A create whose client is there. */
type Placed = Create & { placed: LicenceFields };

/** Creates licences, and notes what became of each. */
export class LicenceCreation {
  readonly #made = new Set<Placed>();
  readonly #takenElsewhere: Placed[] = [];
  #canariesTried = 0;
  #refusal = '';

  constructor(
    private readonly context: ApplyContext,
    /** The youngest licence there was when the PSA was looked at. */
    private readonly before: number,
  ) {}

  /**
   * Makes sure that this PSA instance gives back the keys of licences, by creating one alone and reading it back by id and from the
   * list. Answers the creates that are left. A refused canary proves nothing, and the next one is tried.
   *
   * @throws ImportFailure `key_not_kept`, or `psa_refuses_creates` when it takes none of the first ones.
   */
  async proveKeys<T extends Create>(creates: readonly T[], place: (create: T) => LicenceFields): Promise<T[]> {
    let rest = [...creates];
    while (this.context.keys.licence !== true && rest.length > 0) {
      if (this.#canariesTried === CANARIES) {
        await this.#fail(rest, 'HaloPSA took none of the first licences, so the others were not tried.');
        throw refusesCreates('licences', this.#refusal);
      }
      const [first, ...others] = rest;
      await this.#canary({ ...first!, placed: place(first!) });
      rest = others;
    }
    return rest;
  }

  /** Creates the rest, in arrays, now that their clients are there. Answers skips for those whose client is not. */
  async create(creates: readonly Create[], { clients }: Pick<MadeClients, 'clients'>): Promise<PlannedSkip[]> {
    const { context } = this;
    const lost = creates.filter((change) => change.fields.client_id == null && !clients.has(change.customerId));
    await context.store.settle(lost.map(({ id }) => ({ id, state: 'superseded', message: 'There is no client to put it at.' })));
    await context.advance(lost.length);
    const there = creates.filter((change) => change.fields.client_id != null || clients.has(change.customerId));
    const sites = await this.#mainSites(there, clients);
    const place = (change: Create): LicenceFields => {
      if (change.fields.client_id != null) return change.fields;
      const { clientId } = clients.get(change.customerId)!;
      return { ...change.fields, client_id: clientId, site_id: sites.get(clientId) ?? null };
    };
    const rest = await this.proveKeys(there, place);
    await createRecords(
      rest.map((change): Placed => ({ ...change, placed: place(change) })),
      this.#ops(),
    );
    return lost.map(({ subscriptionId, line }) => ({
      entity: 'subscription',
      marketplaceId: subscriptionId,
      line,
      reason: 'client_failed',
      detail: 'Its client could not be created, so there is nowhere to put its licence. See the customer’s own entry.',
    }));
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
    if (!this.#takenElsewhere.includes(item)) this.#canariesTried += 1;
    if (!shown) return;
    const { licenceId } = shown;
    const byId = await context.psa.licence(licenceId);
    const isIt = (licence: Licence): boolean => licence.licenceId === licenceId && licence.snowid === item.placed.snowid;
    const listed = byId?.snowid === item.placed.snowid ? await licencesAt(context, new Set([item.placed.client_id!]), isIt) : [];
    const kept = listed.length > 0;
    await context.rememberKeys('licence', kept);
    if (!kept) throw keyNotKept('licence');
  }

  /** Leaves out what another tenant of the same marketplace account creates at this moment. */
  async #markSent(items: readonly Placed[]): Promise<Placed[]> {
    const { store } = this.context;
    const claimed = await store.markCreatesSent(items.map(({ id, placed }) => ({ id, key: placed.snowid! })));
    const taken = items.filter(({ id }) => !claimed.has(id));
    this.#takenElsewhere.push(...taken);
    await store.settle(taken.map(({ id }) => ({ id, state: 'superseded', message: TAKEN_ELSEWHERE })));
    await store.addSkips(
      taken.map(({ subscriptionId, line }) => ({
        entity: 'subscription',
        marketplaceId: subscriptionId,
        line,
        reason: 'already_in_psa',
        detail: TAKEN_ELSEWHERE,
      })),
    );
    await this.context.advance(taken.length);
    return items.filter(({ id }) => claimed.has(id));
  }

  async #fail(items: readonly Create[], message: string): Promise<void> {
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
      find: (items) => findLicences(context, items, this.before),
      settle: async (created) => {
        const fresh = [...created].filter(([item]) => !this.#made.has(item));
        for (const [item] of fresh) this.#made.add(item);
        await context.store.settle(
          fresh.map(([change, licence]) => ({
            id: change.id,
            state: 'applied',
            psaId: licence.licenceId,
            ...compareShown(change.placed, licence),
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
    };
  }

  /** The main sites of the clients made a moment ago: from their records, else from one look at all sites. */
  async #mainSites(creates: readonly Create[], made: ReadonlyMap<string, Client>): Promise<Map<string, string>> {
    const clients = creates.filter((change) => change.fields.client_id == null).map((change) => made.get(change.customerId)!);
    const sites = new Map<string, string>();
    for (const { clientId, mainSiteId } of clients) if (mainSiteId !== undefined) sites.set(clientId, mainSiteId);
    const without = new Set(clients.map(({ clientId }) => clientId).filter((clientId) => !sites.has(clientId)));
    if (without.size === 0) return sites;
    // The oldest one, should somebody have added another.
    for (const site of (await this.context.psa.sites()).rows.toSorted((a, b) => Number(b.siteId) - Number(a.siteId))) {
      if (without.has(site.clientId) && !site.inactive) sites.set(site.clientId, site.siteId);
    }
    return sites;
  }
}
