import { exactName, type Client } from '../../domain/index.js';
import type { MappingDecision } from '../plan/input.js';
import { storeMappings } from '../store/known.js';
import type { Source } from '../store/plan-store.js';
import { underClientLock } from './client-lock.js';
import type { ApplyContext } from './context.js';
import { ClientCreation, listClients, type ClientCreate } from './create-clients.js';
import { CANARIES, refusesCreates } from './keys-kept.js';
import { youngest } from './recognise-client.js';
import { openClientCreates, settleClientCreates } from './settle-open.js';

/** What licences need to know of a client. */
export type MadeClient = Pick<Client, 'clientId' | 'mainSiteId'>;

export interface MadeClients {
  /** By customer id. */
  clients: ReadonlyMap<string, MadeClient>;
}

/** What is known of a client while others are created. */
export type ListedClient = Pick<Client, 'clientId' | 'name' | 'ref' | 'inactive' | 'mainSiteId'>;

/** The clients there were before any was created. */
interface Before {
  byId: ReadonlyMap<string, ListedClient>;
  byRef: ReadonlyMap<string | undefined, readonly ListedClient[]>;
  /** Those that the look had not shown, by exact name. */
  appeared: ReadonlyMap<string, readonly ListedClient[]>;
}

/**
 * Creates clients, under a lock of the PSA instance and after listing again under it, because several tenants may bring the same
 * customer, and a person may have decided meanwhile.
 *
 * @param seen The clients that the look showed, by id.
 */
export async function applyClients(context: ApplyContext, seen: ReadonlySet<string>): Promise<MadeClients> {
  return underClientLock(context, async (stillHeld) => {
    const listed = await listClients(context);
    // Whoever left these open holds the lock no more.
    await settleClientCreates(context.store, await openClientCreates(context.dataSource, { psaInstanceId: context.psaInstanceId }), listed);
    const before: Before = {
      byId: new Map(listed.map((client) => [client.clientId, client])),
      byRef: Map.groupBy(listed, (client) => client.ref),
      appeared: Map.groupBy(
        listed.filter((client) => !seen.has(client.clientId)),
        (client) => exactName(client.name),
      ),
    };
    // Asked again right before each call, as many of them take long.
    const creation = new ClientCreation(context, stillHeld, (made, creates) => takeWhatWasDecided(context, made, creates, before.byId));
    const open = (): Source<ClientCreate> => stillToMake(context, creation, before);
    await proveKeys(context, creation, open, youngest(listed));
    await creation.create(open(), youngest(listed));
    return { clients: creation.made };
  });
}

/** The creates that are still called for; the others are settled. */
function stillToMake(context: ApplyContext, creation: ClientCreation, before: Before): Source<ClientCreate> {
  const source = context.store.planned('clientCreates');
  return async () => {
    for (let creates = await source(); creates.length > 0; creates = await source()) {
      const open = await takeWhatAppeared(context, creation, await takeWhatWasDecided(context, creation, creates, before.byId), before);
      if (open.length > 0) return open;
    }
    return [];
  };
}

async function proveKeys(context: ApplyContext, creation: ClientCreation, open: () => Source<ClientCreate>, before: string): Promise<void> {
  for (let tried = 0; context.keys.client !== true; tried += 1) {
    const [first] = await open()();
    if (!first) return;
    if (tried === CANARIES) {
      const message = 'HaloPSA took none of the first clients, so the others were not tried.';
      await context.advance(await context.store.failPlanned('clientCreates', message));
      throw refusesCreates('clients', creation.refusal ?? message);
    }
    await creation.canary(first, before);
  }
}

/** Creates of customers that are not waiting for a client any more: a person mapped or ignored them while the import was looking. */
async function takeWhatWasDecided(
  context: ApplyContext,
  creation: ClientCreation,
  creates: readonly ClientCreate[],
  byId: Before['byId'],
): Promise<readonly ClientCreate[]> {
  const rows = (await context.dataSource.query(
    `SELECT customer_id, state, client_id FROM mappings WHERE tenant_id = $1 AND archived_at IS NULL AND customer_id = ANY($2)
     AND (state = 'ignored' OR (state = 'mapped' AND client_id IS NOT NULL))`,
    [context.tenantId, creates.map((change) => change.customerId)],
  )) as { customer_id: string; state: string; client_id: string | null }[];
  const decided = new Map(rows.map((row) => [row.customer_id, row]));
  for (const change of creates) {
    const row = decided.get(change.customerId);
    if (!row) continue;
    const client = row.client_id === null ? undefined : byId.get(row.client_id);
    if (client) creation.made.set(change.customerId, client);
    else {
      const reason = row.state === 'ignored' ? 'ignored' : 'broken_mapping';
      const detail = 'It was decided while the import was looking.';
      await context.store.addSkips([{ entity: 'customer', marketplaceId: change.customerId, reason, detail }]);
    }
    const message = client
      ? `It was mapped to client ${client.clientId} while the import was looking.`
      : 'A person decided about it while the import was looking.';
    await context.store.settle([{ id: change.id, state: 'superseded', message, ...(client ? { psaId: client.clientId } : {}) }]);
    await context.advance(1);
  }
  return creates.filter((change) => !decided.has(change.customerId));
}

/** A client that another tenant created since we looked, or that carries our key by now, is taken instead of making a twin. */
async function takeWhatAppeared(
  context: ApplyContext,
  creation: ClientCreation,
  creates: readonly ClientCreate[],
  { byRef, appeared }: Before,
): Promise<ClientCreate[]> {
  const open: ClientCreate[] = [];
  for (const change of creates) {
    const { customerId } = change;
    const keyed = byRef.get(change.client.ref) ?? [];
    const same = appeared.get(exactName(change.client.name)) ?? [];
    const active = same.filter((client) => !client.inactive);
    if (keyed.length === 1)
      await creation.settle(new Map([[change, keyed[0]!]]), { message: 'It had been created already; its key told.' });
    else if (keyed.length === 0 && same.length === 0) open.push(change);
    else if (keyed.length === 0 && active.length === 1) {
      const [client] = active as [ListedClient];
      creation.made.set(customerId, client);
      const message = `A client of this name (${client.clientId}) was created meanwhile; the customer is mapped to it.`;
      await decide(
        context,
        change,
        { customerId, state: 'mapped', clientId: client.clientId, clientName: client.name, origin: 'name', candidates: [] },
        message,
      );
    } else {
      const candidates = (keyed.length > 0 ? keyed : same).map((client) => client.clientId);
      const detail = `Clients ${candidates.join(', ')} of this name appeared meanwhile. Map it to the right one.`;
      await context.store.addSkips([{ entity: 'customer', marketplaceId: customerId, reason: 'ambiguous_customer', detail }]);
      await decide(context, change, { customerId, state: 'ambiguous', clientId: null, clientName: null, origin: null, candidates }, detail);
    }
  }
  return open;
}

async function decide(context: ApplyContext, change: ClientCreate, decision: MappingDecision, message: string): Promise<void> {
  await context.store.settle(
    [{ id: change.id, state: 'superseded', message, ...(decision.clientId === null ? {} : { psaId: decision.clientId }) }],
    (query) => storeMappings(query, context.tenantId, [decision]),
  );
  await context.advance(1);
}
