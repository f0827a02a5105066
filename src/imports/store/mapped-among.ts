import { clientKey, type Client } from '../../domain/index.js';
import type { MappedClient } from '../guard/another-psa.js';
import { execute, type Queryable } from './query.js';

/** The clients that customers of a tenant are mapped to, as far as they are among these: for a look that is held whole. */
export async function mappedAmong(
  db: Queryable,
  tenant: { id: string; marketplace: string },
  clients: readonly Client[],
): Promise<MappedClient[]> {
  const rows = await execute<{ customerId: string; clientId: string; mappedAs: string }>(
    db,
    `SELECT customer_id AS "customerId", client_id AS "clientId", client_name AS "mappedAs" FROM mappings
     WHERE tenant_id = $1 AND archived_at IS NULL AND state = 'mapped' AND client_id IS NOT NULL AND client_name IS NOT NULL`,
    [tenant.id],
  );
  const byId = new Map(clients.map((client) => [client.clientId, client]));
  return rows.flatMap(({ customerId, clientId, mappedAs }) => {
    const client = byId.get(clientId);
    return client ? [{ mappedAs, name: client.name, keyed: client.ref === clientKey(tenant.marketplace, customerId) }] : [];
  });
}
