import type { ChangeAction, ChangeEntity } from '../../../entities/index.js';
import type { Client, Licence, LicenceFields, NewClient } from '../../domain/index.js';
import { storeMappings } from '../store/known.js';
import type { PlanStore, Settlement } from '../store/plan-store.js';
import { execute, type Queryable } from '../store/query.js';
import { compareShown } from './find-licences.js';
import { recogniseClient } from './recognise-client.js';

const FOUND = 'Its answer was lost; it was found afterwards.';
const NOT_THERE = 'Its answer was lost, and it was never stored.';

export interface OpenChange<Planned> {
  id: string;
  tenant_id: string;
  entity: ChangeEntity;
  action: ChangeAction;
  customer_id: string;
  subscription_id: string;
  line: string;
  psa_id: string | null;
  planned: Planned;
  youngest_before: string | null;
  /** Of an import that is still running: what became of it is planned anew. */
  running: boolean;
}

const COLUMNS = `changes.id, changes.tenant_id, entity, action, changes.customer_id, subscription_id, line, psa_id, planned, youngest_before, imports.state = 'running' AS running`;

/** Creates of clients whose end nobody heard, of all tenants of a PSA instance or of one tenant. */
export async function openClientCreates(db: Queryable, of: { psaInstanceId: string; tenantId?: string }): Promise<OpenChange<NewClient>[]> {
  return execute<OpenChange<NewClient>>(
    db,
    `SELECT ${COLUMNS} FROM changes JOIN imports ON imports.id = changes.import_id
     WHERE changes.psa_instance_id = $1 AND ($2::uuid IS NULL OR changes.tenant_id = $2) AND entity = 'client' AND action = 'create' AND changes.state = 'sent'`,
    [of.psaInstanceId, of.tenantId ?? null],
  );
}

/** Writes to licences whose end nobody heard, of one tenant. */
export async function openLicenceWrites(db: Queryable, tenantId: string): Promise<OpenChange<LicenceFields>[]> {
  return execute<OpenChange<LicenceFields>>(
    db,
    `SELECT ${COLUMNS} FROM imports JOIN changes ON changes.import_id = imports.id WHERE imports.tenant_id = $1 AND entity <> 'client' AND changes.state = 'sent'`,
    [tenantId],
  );
}

function never({ id, running }: OpenChange<unknown>): Settlement {
  return { id, state: running ? 'superseded' : 'failed', message: NOT_THERE };
}

/** Says what became of creates of clients: found by key or young exact name, else never made. To be asked once nothing is on its way any more. */
export async function settleClientCreates(
  store: PlanStore,
  open: readonly OpenChange<NewClient>[],
  listed: readonly Pick<Client, 'clientId' | 'name' | 'ref'>[],
): Promise<void> {
  for (const change of open) {
    const client = recogniseClient(listed, change.planned, change.youngest_before ?? String(Number.MAX_SAFE_INTEGER));
    if (!client) await store.settle([never(change)]);
    else {
      const { clientId, name } = client;
      await store.settle(
        [{ id: change.id, state: 'applied', psaId: clientId, after: { ...change.planned, ...client }, message: FOUND }],
        (query) =>
          storeMappings(query, change.tenant_id, [
            { customerId: change.customer_id, state: 'mapped', clientId, clientName: name, origin: 'created', candidates: [] },
          ]),
      );
    }
  }
}

/**
 * Says what became of writes to licences: creates are found by their key, updates by showing what was asked for. Of the licences
 * there are, those with the ids and keys of open changes are enough.
 *
 * @param released Those that were left behind at another client on purpose: the key counts for the ones made in their place.
 */
export async function settleLicenceWrites(
  store: PlanStore,
  open: readonly OpenChange<LicenceFields>[],
  licences: readonly Licence[],
  released: ReadonlySet<string>,
): Promise<void> {
  const byId = new Map(licences.map((licence) => [licence.licenceId, licence]));
  const byKey = Map.groupBy(
    licences.filter(({ licenceId, deleted, snowid }) => !deleted && snowid != null && !released.has(licenceId)),
    (licence) => licence.snowid,
  );
  for (const change of open) {
    const { id, planned, subscription_id: subscriptionId, line } = change;
    if (change.action === 'create') {
      const keyed = byKey.get(planned.snowid) ?? [];
      const [licence] = keyed;
      if (!licence || keyed.length > 1) await store.settle([never(change)]);
      else {
        await store.settle(
          [{ id, state: 'applied', psaId: licence.licenceId, after: compareShown(planned, licence).after, message: FOUND }],
          (query) => store.writeLinks(query, [{ subscriptionId, line, licenceId: licence.licenceId, origin: 'created' }]),
        );
      }
      continue;
    }
    const licence = change.entity === 'licence' && change.psa_id !== null ? byId.get(change.psa_id) : undefined;
    const shown = licence && compareShown(planned, licence);
    await store.settle([shown && !shown.message ? { id, state: 'applied', after: shown.after, message: FOUND } : never(change)]);
  }
}
