import type { Store, TableName } from '../store.js';
import type { Row } from '../table.js';

const MOVED: readonly TableName[] = ['licence', 'site', 'ticket'];

/** Moves everything of one client to another and drops the emptied one; undefined, and nothing done, when either is not there. */
export function mergeClients(store: Store, from: number, into: number): Row | undefined {
  const target = store.tables.client.get(into);
  if (!target || from === into || !store.tables.client.get(from)) return undefined;
  for (const name of MOVED) {
    const table = store.tables[name];
    for (const row of table.ofClient(from)) table.update(row.id, { client_id: into });
  }
  store.tables.client.remove(from);
  return target;
}
