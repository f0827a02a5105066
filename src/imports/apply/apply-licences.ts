import type { Client, Licence, LicenceFields } from '../../domain/index.js';
import { ImportFailure } from '../failure.js';
import type { LicenceCreateChange, PlannedSkip } from '../plan/input.js';
import type { StoredChange } from '../store/plan-store.js';
import type { ApplyContext } from './context.js';
import { createRecords } from './create-records.js';
import { keyNotKept } from './keys-kept.js';

type Create = StoredChange<LicenceCreateChange> & { placed: LicenceFields };

/** From how many clients on one look at all licences is cheaper than one look for each client. */
const CLIENTS_LOOKED_AT_SINGLY = 4;

/** Creates licences, their clients being there by now. Answers skips for those whose client is not. */
export async function applyLicenceCreates(context: ApplyContext, changes: readonly StoredChange<LicenceCreateChange>[], made: ReadonlyMap<string, Client>): Promise<PlannedSkip[]> {
  const skips: PlannedSkip[] = [];
  const lost: StoredChange<LicenceCreateChange>[] = [];
  const creates: Create[] = [];
  const sites = await mainSites(context, changes, made);
  for (const change of changes) {
    if (change.fields.client_id != null) creates.push({ ...change, placed: change.fields });
    else {
      const client = made.get(change.customerId);
      if (client) creates.push({ ...change, placed: { ...change.fields, client_id: client.clientId, site_id: sites.get(client.clientId) ?? null } });
      else lost.push(change);
    }
  }
  for (const change of lost) {
    skips.push({ entity: 'subscription', marketplaceId: change.subscriptionId, line: change.line, reason: 'client_failed', detail: 'Its client could not be created, so there is nowhere to put its licence. See the customer’s own entry.' });
  }
  await context.store.settle(lost.map(({ id }) => ({ id, state: 'superseded', message: 'Its client could not be created.' })));
  await context.advance(lost.length);
  if (creates.length === 0) return skips;

  let youngestSettled: Licence | undefined;
  const ops = {
    markSent: (items: readonly Create[]) => context.store.markSent(items),
    post: (items: readonly Create[]) => context.psa.createLicences(items.map((item) => item.placed)),
    recognise: (items: readonly Create[], shown: Licence): Create | undefined =>
      items.find((item) => item.placed.snowid === shown.snowid) ?? (items.length === 1 && shown.licenceId !== '' && shown.snowid == null ? items[0] : undefined),
    find: (items: readonly Create[]) => findByKey(context, items),
    settle: async (created: ReadonlyMap<Create, Licence>): Promise<void> => {
      youngestSettled = [...created.values()].at(-1) ?? youngestSettled;
      await context.store.settle(
        [...created].map(([change, licence]) => ({ id: change.id, state: 'applied', psaId: licence.licenceId, after: shownFields(change.placed, licence) })),
        (query) =>
          context.store.writeLinks(
            query,
            [...created].map(([change, licence]) => ({ subscriptionId: change.subscriptionId, line: change.line, licenceId: licence.licenceId, origin: 'created' })),
          ),
      );
      await context.advance(created.size);
    },
    fail: async (items: readonly Create[], message: string): Promise<void> => {
      await context.store.settle(items.map(({ id }) => ({ id, state: 'failed', message })));
      await context.advance(items.length);
    },
    wait: () => context.wait(),
    check: () => context.advance(0),
  };
  if (context.keys.licence === true) {
    await createRecords(creates, ops);
    return skips;
  }
  const [canary, ...rest] = creates;
  await createRecords([canary!], ops, 1);
  if (youngestSettled) {
    const kept = await keyCameBack(context, canary!, youngestSettled.licenceId);
    await context.rememberKeys('licence', kept);
    if (!kept) throw keyNotKept('licence');
    await createRecords(rest, ops);
  } else {
    await ops.fail(rest, 'The first licence of this HaloPSA could not be created, so the others were not tried.');
  }
  return skips;
}

function shownFields(planned: LicenceFields, shown: Licence): object {
  return Object.fromEntries(Object.keys(planned).map((field) => [field, shown[field as keyof LicenceFields] ?? null]));
}

async function keyCameBack(context: ApplyContext, canary: Create, licenceId: string): Promise<boolean> {
  const byId = await context.psa.licence(licenceId);
  if (byId?.snowid !== canary.placed.snowid) return false;
  const found = await findByKey(context, [canary]);
  return found.get(canary)?.licenceId === licenceId;
}

async function findByKey(context: ApplyContext, items: readonly Create[]): Promise<Map<Create, Licence>> {
  const clientIds = [...new Set(items.map((item) => item.placed.client_id!))];
  const looks = clientIds.length > CLIENTS_LOOKED_AT_SINGLY ? [await context.psa.licences()] : await inTurn(clientIds, (clientId) => context.psa.licences({ clientId }));
  if (looks.some((look) => !look.complete)) {
    throw new ImportFailure('vendor', 'psa_look_incomplete', 'HaloPSA did not list all licences after some were created. Nothing more is created now; the next import finds them by their keys.');
  }
  const byKey = new Map(looks.flatMap((look) => look.rows).filter((licence) => !licence.deleted).map((licence) => [licence.snowid, licence]));
  return new Map(items.flatMap((item): [Create, Licence][] => (byKey.has(item.placed.snowid) ? [[item, byKey.get(item.placed.snowid)!]] : [])));
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

/** The main sites of the clients made a moment ago: from their records, else from one look at all sites. */
async function mainSites(context: ApplyContext, changes: readonly StoredChange<LicenceCreateChange>[], made: ReadonlyMap<string, Client>): Promise<Map<string, string>> {
  const clients = new Set(changes.filter((change) => change.fields.client_id == null).map((change) => made.get(change.customerId)).filter((client) => client !== undefined));
  const sites = new Map<string, string>();
  for (const client of clients) if (client.mainSiteId !== undefined) sites.set(client.clientId, client.mainSiteId);
  const without = [...clients].filter((client) => client.mainSiteId === undefined);
  if (without.length === 0) return sites;
  const wanted = new Set(without.map((client) => client.clientId));
  for (const site of (await context.psa.sites()).rows.toSorted((a, b) => Number(b.siteId) - Number(a.siteId))) {
    if (wanted.has(site.clientId) && !site.inactive) sites.set(site.clientId, site.siteId);
  }
  return sites;
}
