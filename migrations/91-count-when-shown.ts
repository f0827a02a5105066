import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CLIENT } from './90-lean-lists.js';

/** As in `90-lean-lists.ts`, without counting the customer's subscriptions. */
const LIST_CUSTOMERS = `CREATE OR REPLACE FUNCTION list_customers(tenants uuid[], customers text[]) RETURNS void LANGUAGE plpgsql SET jit = off AS $$
  #variable_conflict use_column
  BEGIN
  IF tenants IS NULL THEN RETURN; END IF;
  -- One after the other: who waited here sees below what the other one committed.
  PERFORM 1 FROM (SELECT DISTINCT tenant_id, customer_id FROM unnest($1, $2) AS k(tenant_id, customer_id) ORDER BY 1, 2) AS k
  CROSS JOIN LATERAL (SELECT 1 FROM listed_customers l WHERE l.tenant_id = k.tenant_id AND l.customer_id = k.customer_id FOR UPDATE) AS locked;

  DELETE FROM listed_customers WHERE ctid = ANY(ARRAY(
    SELECT l.ctid FROM (SELECT DISTINCT tenant_id, customer_id FROM unnest($1, $2) AS k(tenant_id, customer_id)) AS k
    CROSS JOIN LATERAL (SELECT ctid, tenant_id, customer_id FROM listed_customers l WHERE l.tenant_id = k.tenant_id AND l.customer_id = k.customer_id OFFSET 0) AS l
    WHERE (SELECT c.gone_at IS NULL FROM customers c WHERE c.tenant_id = l.tenant_id AND c.customer_id = l.customer_id) IS NOT TRUE
      AND (SELECT m.id FROM mappings m WHERE m.tenant_id = l.tenant_id AND m.customer_id = l.customer_id AND m.archived_at IS NULL) IS NULL
  ));

  INSERT INTO listed_customers AS l (tenant_id, customer_id, name, mapping, client)
  SELECT k.tenant_id, k.customer_id, left(lower(c.name), 500), coalesce(m.state, 'unmapped'), ${CLIENT}
  FROM (SELECT DISTINCT tenant_id, customer_id FROM unnest($1, $2) AS k(tenant_id, customer_id)) AS k
  CROSS JOIN LATERAL (SELECT name, gone_at FROM customers c WHERE c.tenant_id = k.tenant_id AND c.customer_id = k.customer_id OFFSET 0) AS c
  LEFT JOIN LATERAL (SELECT id, state, client_name FROM mappings m WHERE m.tenant_id = k.tenant_id AND m.customer_id = k.customer_id
    AND m.archived_at IS NULL OFFSET 0) AS m ON true
  WHERE c.gone_at IS NULL OR m.id IS NOT NULL
  ORDER BY 1, 2
  ON CONFLICT (tenant_id, customer_id) DO UPDATE SET name = excluded.name, mapping = excluded.mapping, client = excluded.client
  WHERE (l.name, l.mapping, l.client) IS DISTINCT FROM (excluded.name, excluded.mapping, excluded.client);
  END $$`;

/**
 * A customer's subscriptions are counted when they are shown. Keeping their number meant to write the customer anew for each lot of subscriptions
 * that was stored, which took as long as the rest of storing them.
 */
export class CountWhenShown1771488000000 implements MigrationInterface {
  name = 'CountWhenShown1771488000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const event of ['insert', 'update', 'delete'])
      await runner.query(`DROP TRIGGER "subscriptions_counted_${event}" ON "subscriptions"`);
    await runner.query(`DROP FUNCTION list_customers_of_changed`);
    await runner.query(LIST_CUSTOMERS);
    await runner.query(`ALTER TABLE "listed_customers" DROP COLUMN "subscriptions"`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
