import { ImportFailure } from '../failure.js';
import type { ClientCreateChange, PlannedSkip } from '../plan/input.js';
import { storeMappings } from '../store/known.js';
import type { Settlement, Source, StoredChange } from '../store/plan-store.js';
import type { ListedClient, MadeClient } from './apply-clients.js';
import type { ApplyContext } from './context.js';
import { createRecords, type CreateOps } from './create-records.js';
import { keyNotKept } from './keys-kept.js';
import { recogniseClient } from './recognise-client.js';

export type ClientCreate = StoredChange<ClientCreateChange>;

/** All clients as they are now, as far as creating others needs to know them. */
export async function listClients(context: Pick<ApplyContext, 'psa'>): Promise<ListedClient[]> {
  const clients = new Map<string, ListedClient>();
  const look = await context.psa.eachClient((rows) => {
    for (const { clientId, name, ref, inactive, mainSiteId } of rows) clients.set(clientId, { clientId, name, ref, inactive, mainSiteId });
    return Promise.resolve();
  });
  if (!look.complete || look.malformed.some(({ id }) => id === undefined)) {
    throw new ImportFailure(
      'vendor',
      'psa_look_incomplete',
      'HaloPSA did not list all of its clients, so no more were created: one missing from the list could have been made twice. Import again later.',
    );
  }
  return [...look.ids].map((id) => clients.get(id)!);
}

/** Creates clients, which must be under the lock, and notes what became of each. */
export class ClientCreation {
  /** By customer id. */
  readonly made = new Map<string, MadeClient>();
  /** What the PSA said when it first took none. */
  refusal: string | undefined;
  readonly #leftOut = new WeakSet<ClientCreate>();

  /**
   * @param stillHeld throws when the lock was lost.
   * @param calledFor gives those creates about which nobody has decided by now; the others are settled.
   */
  constructor(
    private readonly context: ApplyContext,
    private readonly stillHeld: () => Promise<void>,
    private readonly calledFor: (creation: ClientCreation, creates: readonly ClientCreate[]) => Promise<readonly ClientCreate[]>,
  ) {}

  /** Creates all of them, in arrays. */
  async create(items: Source<ClientCreate>, before: string): Promise<void> {
    await createRecords(items, this.#ops(before));
  }

  /**
   * Creates the first one in a PSA instance alone, and reads it back by id and from the list. A refused one proves nothing and leaves
   * the question open.
   *
   * @throws ImportFailure `key_not_kept` when its key did not come back.
   */
  async canary(item: ClientCreate, before: string): Promise<'kept' | 'refused'> {
    const { context } = this;
    await createRecords([item], this.#ops(before));
    const client = this.made.get(item.customerId);
    if (!client || this.#leftOut.has(item)) return 'refused';
    const key = item.client.ref;
    const byId = await context.psa.client(client.clientId);
    const kept = byId?.ref === key && (await listClients(context)).some((row) => row.clientId === client.clientId && row.ref === key);
    await context.rememberKeys('client', kept);
    if (!kept) throw keyNotKept('client');
    return 'kept';
  }

  async fail(items: readonly ClientCreate[], message: string): Promise<void> {
    if (items.length === 0) return;
    await this.context.store.settle(items.map(({ id }) => ({ id, state: 'failed', message })));
    this.refusal ??= message;
    await this.context.store.addSkips(
      items.map(({ customerId }): PlannedSkip => ({
        entity: 'customer',
        marketplaceId: customerId,
        reason: 'client_failed',
        detail: `Its client could not be created: ${message}`,
      })),
    );
    await this.context.advance(items.length);
  }

  /** Notes clients as made, each with the mapping that rests on it. */
  async settle(created: ReadonlyMap<ClientCreate, ListedClient>, more: Pick<Settlement, 'message'> = {}): Promise<void> {
    if (created.size === 0) return;
    const { store, tenantId } = this.context;
    for (const [{ customerId }, { clientId, mainSiteId }] of created) this.made.set(customerId, { clientId, mainSiteId });
    await store.settle(
      [...created].map(([change, client]): Settlement => ({
        id: change.id,
        state: 'applied',
        psaId: client.clientId,
        after: { ...change.client, ...client },
        ...more,
      })),
      (query) =>
        storeMappings(
          query,
          tenantId,
          [...created].map(([{ customerId }, { clientId, name }]) => ({
            customerId,
            state: 'mapped',
            clientId,
            clientName: name,
            origin: 'created',
            candidates: [],
          })),
        ),
    );
    await this.context.advance(created.size);
  }

  #ops(before: string): CreateOps<ClientCreate, ListedClient> {
    const { context } = this;
    return {
      most: context.recordsPerCall,
      now: () => performance.now(),
      markSent: async (items) => {
        await this.stillHeld();
        const open = await this.calledFor(this, items);
        if (open.length < items.length) for (const item of items) if (!open.includes(item)) this.#leftOut.add(item);
        if (open.length > 0) await context.store.markSent(open, before);
        return open;
      },
      post: (items) => context.psa.createClients(items.map((item) => item.client)),
      recognise: (items, shown) => items.find((item) => item.client.ref === shown.ref) ?? (items.length === 1 ? items[0] : undefined),
      find: async (items) => {
        const listed = await listClients(context);
        const found = new Map<ClientCreate, ListedClient>();
        for (const item of items) {
          const client = recogniseClient(listed, item.client, before);
          if (client) found.set(item, client);
        }
        return found;
      },
      settle: (created) => this.settle(created),
      fail: (items, message) => this.fail(items, message),
      wait: (ms) => context.wait(ms),
      check: () => context.advance(0),
    };
  }
}
