import type { ChangeAction, ChangeEntity } from '../../../entities/index.js';
import type { NewClient, SiteAddress } from '../../domain/index.js';
import type {
  ClientCreateChange,
  ClientLinkChange,
  LicenceCreateChange,
  LicenceUpdateChange,
  LinkDecision,
  PlannedChange,
  SiteUpdateChange,
} from '../plan/input.js';
import { placeOf } from '../plan/plan.js';

/** A planned change with the id of its stored row. */
export type StoredChange<T extends PlannedChange = PlannedChange> = T & { id: string };

/** What is applied together. */
export interface ChangesByKind {
  clientLinks: ClientLinkChange;
  clientCreates: ClientCreateChange;
  siteUpdates: SiteUpdateChange;
  licenceUpdates: LicenceUpdateChange;
  licenceCreates: LicenceCreateChange;
}
export type Kind = keyof ChangesByKind;

/** Gives what is to be done next, some of it at a time; nothing once there is no more. */
export type Source<T> = () => Promise<readonly T[]>;

/** Kinds of changes have so many places each in an import's sequence. */
export const ROOM = 200_000_000;

const FIRST_AND_LAST: Record<Kind, readonly [PlaceName, PlaceName]> = {
  clientLinks: ['client link', 'client link'],
  clientCreates: ['client create', 'client create'],
  siteUpdates: ['site update', 'site update'],
  licenceUpdates: ['licence rekey', 'licence update'],
  licenceCreates: ['licence create', 'licence create'],
};
type PlaceName = `${ChangeEntity} ${ChangeAction}`;

/** The place in its import of the change that is planned as number `at`: kinds come in the order in which they are done. */
export function sequenceOf(change: PlannedChange, at: number): number {
  return placeOf(change) * ROOM + at;
}

/** The first place of a kind, and the first one behind it. */
export function placesOf(kind: Kind): { from: number; to: number } {
  const place = (name: PlaceName): number => {
    const [entity, action] = name.split(' ') as [ChangeEntity, ChangeAction];
    return placeOf({ entity, action } as PlannedChange);
  };
  const [first, last] = FIRST_AND_LAST[kind];
  return { from: place(first) * ROOM, to: (place(last) + 1) * ROOM };
}

/** The kind of changes that have this place among all kinds. */
export function kindAt(place: number): Kind {
  return (Object.keys(FIRST_AND_LAST) as Kind[]).find((kind) => {
    const { from, to } = placesOf(kind);
    return place * ROOM >= from && place * ROOM < to;
  })!;
}

/** A change as its row holds it. */
export interface PlannedRow {
  entity: ChangeEntity;
  action: ChangeAction;
  customer_id: string;
  subscription_id: string | null;
  line: string | null;
  psa_id: string | null;
  before: object | null;
  planned: object;
  beside: Beside | null;
}

/** What applying a change needs beside what it asks of the PSA. */
interface Beside {
  clientId?: string;
  address?: SiteAddress;
  countryCode?: string;
  link?: LinkDecision;
}

/** The columns that hold a planned change. */
export function rowOf(change: PlannedChange): PlannedRow {
  return {
    entity: change.entity,
    action: change.action,
    customer_id: change.customerId,
    subscription_id: 'subscriptionId' in change ? change.subscriptionId : null,
    line: 'line' in change ? change.line : null,
    psa_id: change.psaId ?? null,
    before: 'before' in change ? change.before : null,
    planned: change.entity !== 'client' ? change.fields : change.action === 'link' ? { name: change.clientName } : change.client,
    beside: besideOf(change),
  };
}

function besideOf(change: PlannedChange): Beside | null {
  if (change.entity === 'site') {
    const { clientId, address } = change;
    return { clientId, address, ...(change.countryCode === undefined ? {} : { countryCode: change.countryCode }) };
  }
  return change.entity === 'licence' && change.action !== 'create' && change.link ? { link: change.link } : null;
}

/** The change that a row holds. */
export function changeOf<K extends Kind>(row: PlannedRow & { id: string }): StoredChange<ChangesByKind[K]> {
  const { id, entity, action, customer_id: customerId, psa_id: psaId, before, planned, beside } = row;
  const own = { id, entity, action, customerId, ...(psaId === null ? {} : { psaId }) };
  const line = { subscriptionId: row.subscription_id, line: row.line };
  const change =
    entity === 'licence'
      ? { ...own, ...line, ...(before === null ? {} : { before }), fields: planned, ...beside }
      : entity === 'site'
        ? { ...own, before, fields: planned, ...beside }
        : action === 'link'
          ? { ...own, clientName: (planned as { name: string }).name }
          : { ...own, client: planned as NewClient };
  return change as unknown as StoredChange<ChangesByKind[K]>;
}
