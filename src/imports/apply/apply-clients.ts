import { exactName, type Client, type NewClient } from '../../domain/index.js';
import { ImportFailure } from '../failure.js';
import type { ClientCreateChange, PlannedSkip } from '../plan/input.js';
import { storeMappings } from '../store/known.js';
import type { Settlement, StoredChange } from '../store/plan-store.js';
import type { ApplyContext } from './context.js';
import { createRecords } from './create-records.js';
import { keyNotKept } from './keys-kept.js';

type Create = StoredChange<ClientCreateChange>;

const youngest = (clients: readonly Client[]): string => String(clients.reduce((most, client) => Math.max(most, Number(client.clientId) || 0), 0));

async function listClients(context: ApplyContext): Promise<Client[]> {
  const look = await context.psa.clients();
  if (!look.complete) {
    throw new ImportFailure('vendor', 'psa_look_incomplete', 'HaloPSA did not list all of its clients, so nothing was created: a client missing from the list could have been made twice. Import again later.');
  }
  return look.rows;
}

/**
 * Creates clients, under a lock of the PSA instance and after listing again under it, because several tenants may bring the same
 * customer. Answers the clients by customer id; a customer that is not among them has none, and a skip says why.
 */
export async function applyClients(context: ApplyContext, creates: readonly Create[], seen: ReadonlyMap<string, Client>): Promise<{ clients: Map<string, Client>; skips: PlannedSkip[] }> {
  const made = new Map<string, Client>();
  const skips: PlannedSkip[] = [];
  if (creates.length === 0) return { clients: made, skips };
  const runner = context.dataSource.createQueryRunner();
  const lock = [`isthmus clients ${context.psaInstanceId}`];
  try {
    await runner.connect();
    await runner.query(`SELECT pg_advisory_lock(hashtextextended($1, 0))`, lock);
    try {
      await createUnderLock(context, creates, seen, made, skips);
    } finally {
      await runner.query(`SELECT pg_advisory_unlock(hashtextextended($1, 0))`, lock);
    }
  } finally {
    await runner.release();
  }
  return { clients: made, skips };
}

async function createUnderLock(context: ApplyContext, creates: readonly Create[], seen: ReadonlyMap<string, Client>, made: Map<string, Client>, skips: PlannedSkip[]): Promise<void> {
  const listed = await listClients(context);
  await resolveOpenIntents(context, listed);
  const open = await takeWhatAppeared(context, creates, listed, seen, made);
  if (open.length === 0) return;

  const before = youngest(listed);
  const settle = async (created: ReadonlyMap<Create, Client>): Promise<void> => {
    for (const [change, client] of created) made.set(change.customerId, client);
    await settleCreated(context, created);
    await context.advance(created.size);
  };
  const ops = {
    markSent: (items: readonly Create[]) => context.store.markSent(items, before),
    post: (items: readonly Create[]) => context.psa.createClients(items.map((item) => item.client)),
    recognise: (items: readonly Create[], shown: Client): Create | undefined => items.find((item) => item.client.ref === shown.ref) ?? (items.length === 1 && shown.clientId !== '' ? items[0] : undefined),
    find: async (items: readonly Create[]): Promise<Map<Create, Client>> => {
      const byRef = new Map((await listClients(context)).filter((client) => client.ref !== undefined).map((client) => [client.ref, client]));
      return new Map(items.flatMap((item): [Create, Client][] => (byRef.has(item.client.ref) ? [[item, byRef.get(item.client.ref)!]] : [])));
    },
    settle,
    fail: async (items: readonly Create[], message: string): Promise<void> => {
      await context.store.settle(items.map(({ id }) => ({ id, state: 'failed', message })));
      await context.advance(items.length);
      skips.push(...items.map(({ customerId }): PlannedSkip => ({ entity: 'customer', marketplaceId: customerId, reason: 'client_failed', detail: `Its client could not be created: ${message}` })));
    },
    wait: () => context.wait(),
    check: () => context.advance(0),
  };
  if (context.keys.client !== true) {
    const canary = open.slice(0, 1);
    await createRecords(canary, { ...ops, find: (items) => findNew(context, items, before) }, 1);
    const client = made.get(canary[0]!.customerId);
    // A refused canary proves nothing; the next one in line is tried by the next import.
    if (client) {
      const [byId, list] = [await context.psa.client(client.clientId), await listClients(context)];
      const key = canary[0]!.client.ref;
      const kept = byId?.ref === key && list.some((row) => row.clientId === client.clientId && row.ref === key);
      await context.rememberKeys('client', kept);
      if (!kept) throw keyNotKept('client');
    } else if (open.length > 1) {
      return ops.fail(open.slice(1), 'The first client of this HaloPSA could not be created, so the others were not tried.');
    }
    return createRecords(open.slice(1), ops);
  }
  return createRecords(open, ops);
}

/** The canary may be of a PSA that loses keys, so it is also known by its exact name among the clients younger than it. */
async function findNew(context: ApplyContext, items: readonly Create[], youngestBefore: string): Promise<Map<Create, Client>> {
  const listed = await listClients(context);
  const found = new Map<Create, Client>();
  for (const item of items) {
    const client = recognised(listed, item.client, youngestBefore);
    if (client) found.set(item, client);
  }
  return found;
}

function recognised(listed: readonly Client[], wanted: Pick<NewClient, 'ref' | 'name'>, youngestBefore: string): Client | undefined {
  return (
    listed.find((client) => client.ref === wanted.ref) ??
    listed.find((client) => Number(client.clientId) > Number(youngestBefore) && exactName(client.name) === exactName(wanted.name) && client.ref === undefined)
  );
}

async function settleCreated(context: ApplyContext, created: ReadonlyMap<Create, Client>): Promise<void> {
  const settlements = [...created].map(([change, client]): Settlement => ({ id: change.id, state: 'applied', psaId: client.clientId, after: { ...change.client, ...client } }));
  await context.store.settle(settlements, (query) =>
    storeMappings(
      query,
      context.tenantId,
      [...created].map(([change, client]) => ({ customerId: change.customerId, state: 'mapped', clientId: client.clientId, clientName: client.name, origin: 'created', candidates: [] })),
    ),
  );
}

/** A client that another tenant created since we looked, or that carries our key by now, is taken instead of making a twin. */
async function takeWhatAppeared(context: ApplyContext, creates: readonly Create[], listed: readonly Client[], seen: ReadonlyMap<string, Client>, made: Map<string, Client>): Promise<Create[]> {
  const byRef = new Map(listed.filter((client) => client.ref !== undefined).map((client) => [client.ref!, client]));
  const appeared = new Map<string, Client>();
  for (const client of listed) if (!seen.has(client.clientId) && !client.inactive) appeared.set(exactName(client.name), client);
  const open: Create[] = [];
  for (const change of creates) {
    const keyed = byRef.get(change.client.ref);
    const client = keyed ?? appeared.get(exactName(change.client.name));
    if (!client) {
      open.push(change);
      continue;
    }
    made.set(change.customerId, client);
    const origin = keyed ? ('created' as const) : ('name' as const);
    const message = keyed ? 'It had been created already; its key told.' : `A client of this name (${client.clientId}) was created meanwhile; the customer is mapped to it.`;
    await context.store.settle([{ id: change.id, state: keyed ? 'applied' : 'superseded', psaId: client.clientId, message, ...(keyed ? { after: { ...change.client, ...client } } : {}) }], (query) =>
      storeMappings(query, context.tenantId, [{ customerId: change.customerId, state: 'mapped', clientId: client.clientId, clientName: client.name, origin, candidates: [] }]),
    );
    await context.advance(1);
  }
  return open;
}

/** Creates of clients, of any tenant of this PSA instance, whose end nobody heard: found by key or young exact name, else never made. */
async function resolveOpenIntents(context: ApplyContext, listed: readonly Client[]): Promise<void> {
  const intents = (await context.dataSource.query(
    `SELECT changes.id, changes.tenant_id, changes.customer_id, changes.planned, changes.youngest_before FROM changes JOIN imports ON imports.id = changes.import_id
     WHERE changes.psa_instance_id = $1 AND changes.entity = 'client' AND changes.action = 'create' AND changes.state = 'sent'`,
    [context.psaInstanceId],
  )) as { id: string; tenant_id: string; customer_id: string; planned: NewClient; youngest_before: string | null }[];
  for (const intent of intents) {
    const client = recognised(listed, intent.planned, intent.youngest_before ?? String(Number.MAX_SAFE_INTEGER));
    const message = client ? 'Its answer was lost; it was found afterwards.' : 'Its answer was lost, and it was never stored.';
    await context.store.settle([{ id: intent.id, state: client ? 'applied' : 'failed', message, ...(client ? { psaId: client.clientId } : {}) }], async (query) => {
      if (client) await storeMappings(query, intent.tenant_id, [{ customerId: intent.customer_id, state: 'mapped', clientId: client.clientId, clientName: client.name, origin: 'created', candidates: [] }]);
    });
  }
}
