import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CLIENT } from './90-lean-lists.js';

/** As in `90-lean-lists.ts`. */
const SEARCH = `convert_to(lower(concat_ws(E'\\n', s.name, CASE WHEN strpos(lower(s.name), lower(x.product_name)) > 0 THEN NULL ELSE x.product_name END, x.mpn, c.name)), 'UTF8')`;

/** Notes that lists of these tenants are not what they were, if any row was written. It is seen with what was written, or not at all. */
const NOTE = `IF deleted + written > 0 THEN
    INSERT INTO list_steps (tenant_id, steps) SELECT DISTINCT k.tenant_id, 1 FROM unnest($1) AS k(tenant_id);
  END IF;`;

/** As in `91-count-when-shown.ts`, and noted. */
const LIST_CUSTOMERS = `CREATE OR REPLACE FUNCTION list_customers(tenants uuid[], customers text[]) RETURNS void LANGUAGE plpgsql SET jit = off AS $$
  #variable_conflict use_column
  DECLARE
    deleted bigint;
    written bigint;
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
  GET DIAGNOSTICS deleted = ROW_COUNT;

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
  GET DIAGNOSTICS written = ROW_COUNT;
  ${NOTE}
  END $$`;

/** As in `90-lean-lists.ts`, and noted. */
const LIST_LINES = `CREATE OR REPLACE FUNCTION list_lines(tenants uuid[], subscriptions text[]) RETURNS void LANGUAGE plpgsql SET jit = off AS $$
  #variable_conflict use_column
  DECLARE
    deleted bigint;
    written bigint;
  BEGIN
  IF tenants IS NULL THEN RETURN; END IF;
  PERFORM 1 FROM (SELECT DISTINCT tenant_id, subscription_id FROM unnest($1, $2) AS k(tenant_id, subscription_id) ORDER BY 1, 2) AS k
  CROSS JOIN LATERAL (SELECT 1 FROM listed_lines l WHERE l.tenant_id = k.tenant_id AND l.subscription_id = k.subscription_id ORDER BY l.line FOR UPDATE) AS locked;

  DELETE FROM listed_lines WHERE ctid = ANY(ARRAY(
    SELECT l.ctid FROM (SELECT DISTINCT tenant_id, subscription_id FROM unnest($1, $2) AS k(tenant_id, subscription_id)) AS k
    CROSS JOIN LATERAL (SELECT ctid, tenant_id, subscription_id, line FROM listed_lines l WHERE l.tenant_id = k.tenant_id AND l.subscription_id = k.subscription_id OFFSET 0) AS l
    WHERE CASE l.line
      WHEN '' THEN (SELECT true FROM subscription_lines x WHERE x.tenant_id = l.tenant_id AND x.subscription_id = l.subscription_id LIMIT 1)
        OR (SELECT true FROM subscriptions s WHERE s.tenant_id = l.tenant_id AND s.subscription_id = l.subscription_id) IS NULL
      ELSE (SELECT true FROM subscription_lines x WHERE x.tenant_id = l.tenant_id AND x.subscription_id = l.subscription_id AND x.line = l.line) IS NULL
    END
  ));
  GET DIAGNOSTICS deleted = ROW_COUNT;

  INSERT INTO listed_lines AS l (tenant_id, subscription_id, line, customer_id, status, state, search)
  SELECT k.tenant_id, k.subscription_id, coalesce(x.line, ''), s.customer_id, s.status,
    CASE WHEN s.status IN ('terminated', 'removed') OR s.gone_at IS NOT NULL THEN 'ended' WHEN link.licence_id IS NOT NULL THEN 'linked' ELSE 'skipped' END,
    ${SEARCH}
  FROM (SELECT DISTINCT tenant_id, subscription_id FROM unnest($1, $2) AS k(tenant_id, subscription_id)) AS k
  CROSS JOIN LATERAL (SELECT customer_id, name, status, gone_at FROM subscriptions s WHERE s.tenant_id = k.tenant_id AND s.subscription_id = k.subscription_id OFFSET 0) AS s
  LEFT JOIN LATERAL (SELECT line, product_name, mpn FROM subscription_lines x WHERE x.tenant_id = k.tenant_id AND x.subscription_id = k.subscription_id OFFSET 0) AS x ON true
  LEFT JOIN LATERAL (SELECT licence_id FROM links WHERE links.tenant_id = k.tenant_id AND links.subscription_id = k.subscription_id AND links.line = x.line
    AND links.archived_at IS NULL OFFSET 0) AS link ON true
  LEFT JOIN LATERAL (SELECT name FROM customers c WHERE c.tenant_id = k.tenant_id AND c.customer_id = s.customer_id OFFSET 0) AS c ON true
  ORDER BY 1, 2, 3
  ON CONFLICT (tenant_id, subscription_id, line) DO UPDATE
  SET customer_id = excluded.customer_id, status = excluded.status, state = excluded.state, search = excluded.search
  WHERE (l.customer_id, l.status, l.state, l.search) IS DISTINCT FROM (excluded.customer_id, excluded.status, excluded.state, excluded.search);
  GET DIAGNOSTICS written = ROW_COUNT;
  ${NOTE}
  END $$`;

const LISTED = 'tenant_id, subscription_id, customer_id, name, status, gone_at';
const DATED = `tenant_id, subscription_id, "row" ->> 'renewalDate', "row" ->> 'autoRenew'`;

/** As in `80-list-by-index.ts`, and noting what lists are sorted and filtered by beside their narrow rows. */
const SUBSCRIPTIONS_CHANGED = `CREATE OR REPLACE FUNCTION list_changed_subscriptions() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'UPDATE' THEN
      PERFORM list_lines(array_agg(changed.tenant_id), array_agg(changed.subscription_id::text))
        FROM (SELECT ${LISTED} FROM changed EXCEPT SELECT ${LISTED} FROM were) AS changed;
      INSERT INTO list_steps (tenant_id, steps) SELECT DISTINCT tenant_id, 1 FROM (SELECT ${DATED} FROM changed EXCEPT SELECT ${DATED} FROM were) AS dated;
    ELSE
      PERFORM list_lines(array_agg(changed.tenant_id), array_agg(changed.subscription_id::text)) FROM changed;
    END IF;
    RETURN NULL;
  END $$`;

/**
 * Lets a process know whether a tenant's lists are still what it read: the sum of the steps grows with each transaction that changes them, and
 * with nothing else. Rows are only added, so that nobody waits for anybody; several may be put together into one with their sum.
 */
export class ListSteps1771747200000 implements MigrationInterface {
  name = 'ListSteps1771747200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE "list_steps" (
      "id" bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
      "tenant_id" uuid NOT NULL,
      "steps" bigint NOT NULL,
      CONSTRAINT "PK_list_steps" PRIMARY KEY ("id")
    )`);
    await runner.query(`CREATE INDEX "list_steps_tenant" ON "list_steps" ("tenant_id")`);
    for (const statement of [LIST_CUSTOMERS, LIST_LINES, SUBSCRIPTIONS_CHANGED]) await runner.query(statement);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
