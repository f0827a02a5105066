import type { MigrationInterface, QueryRunner } from 'typeorm';

/** As in `80-list-by-index.ts`: each key is looked up by its index, whatever is known about the tables. */
const BY_KEY = 'SET jit = off';

/**
 * What a line is searched by, of `s`, `x` and `c`: a text that another one holds would only be gone through twice. As bytes, because LIKE is a
 * fifth slower where it has to tell characters apart; a text is found in UTF-8 by its bytes alike.
 */
const SEARCH = `convert_to(lower(concat_ws(E'\\n', s.name, CASE WHEN strpos(lower(s.name), lower(x.product_name)) > 0 THEN NULL ELSE x.product_name END, x.mpn, c.name)), 'UTF8')`;

/** The client's name of `c` by its mapping `m`, where lines cannot be found by it already: those hold the customer's name. */
export const CLIENT = `CASE WHEN m.state = 'mapped' AND strpos(lower(c.name), lower(m.client_name)) = 0 THEN lower(m.client_name) END`;

const LIST_CUSTOMERS = `CREATE OR REPLACE FUNCTION list_customers(tenants uuid[], customers text[]) RETURNS void LANGUAGE plpgsql ${BY_KEY} AS $$
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

  INSERT INTO listed_customers AS l (tenant_id, customer_id, name, mapping, subscriptions, client)
  SELECT k.tenant_id, k.customer_id, left(lower(c.name), 500), coalesce(m.state, 'unmapped'), s.count, ${CLIENT}
  FROM (SELECT DISTINCT tenant_id, customer_id FROM unnest($1, $2) AS k(tenant_id, customer_id)) AS k
  CROSS JOIN LATERAL (SELECT name, gone_at FROM customers c WHERE c.tenant_id = k.tenant_id AND c.customer_id = k.customer_id OFFSET 0) AS c
  LEFT JOIN LATERAL (SELECT id, state, client_name FROM mappings m WHERE m.tenant_id = k.tenant_id AND m.customer_id = k.customer_id
    AND m.archived_at IS NULL OFFSET 0) AS m ON true
  CROSS JOIN LATERAL (SELECT count(*)::int FROM subscriptions s WHERE s.tenant_id = k.tenant_id AND s.customer_id = k.customer_id
    AND s.gone_at IS NULL AND s.status NOT IN ('terminated', 'removed')) AS s
  WHERE c.gone_at IS NULL OR m.id IS NOT NULL
  ORDER BY 1, 2
  ON CONFLICT (tenant_id, customer_id) DO UPDATE
  SET name = excluded.name, mapping = excluded.mapping, subscriptions = excluded.subscriptions, client = excluded.client
  WHERE (l.name, l.mapping, l.subscriptions, l.client) IS DISTINCT FROM (excluded.name, excluded.mapping, excluded.subscriptions, excluded.client);
  END $$`;

const LIST_LINES = `CREATE OR REPLACE FUNCTION list_lines(tenants uuid[], subscriptions text[]) RETURNS void LANGUAGE plpgsql ${BY_KEY} AS $$
  #variable_conflict use_column
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
  END $$`;

/** As in `80-list-by-index.ts`, and with the client's name. */
const MAPPINGS_CHANGED = `CREATE OR REPLACE FUNCTION list_changed_mappings() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'UPDATE' THEN
      PERFORM list_customers(array_agg(changed.tenant_id), array_agg(changed.customer_id::text)) FROM (
        SELECT id, tenant_id, customer_id, state, client_name, archived_at FROM changed
        EXCEPT SELECT id, tenant_id, customer_id, state, client_name, archived_at FROM were) AS changed;
    ELSE
      PERFORM list_customers(array_agg(changed.tenant_id), array_agg(changed.customer_id::text)) FROM changed;
    END IF;
    RETURN NULL;
  END $$`;

/** What is there already, at once: by their keys, a hundred thousand rows would take much longer. */
const CUSTOMERS = [
  `ALTER TABLE "listed_customers" ADD "client" text`,
  `UPDATE listed_customers l SET client = made.client FROM (
     SELECT c.tenant_id, c.customer_id, ${CLIENT} AS client FROM customers c
     JOIN mappings m ON m.tenant_id = c.tenant_id AND m.customer_id = c.customer_id AND m.archived_at IS NULL
   ) AS made WHERE made.tenant_id = l.tenant_id AND made.customer_id = l.customer_id AND made.client IS NOT NULL`,
  `CREATE INDEX "listed_customers_clients" ON "listed_customers" ("tenant_id", "customer_id") WHERE "client" IS NOT NULL`,
];

/** Made anew, with what is searched further to the front: of what stands before it, Postgres works out the place in each row. */
const LINES = [
  `ALTER TABLE "listed_lines" RENAME TO "listed_lines_before"`,
  `CREATE TABLE "listed_lines" (
    "tenant_id" uuid NOT NULL,
    "search" bytea NOT NULL,
    "subscription_id" character varying(64) NOT NULL,
    "line" text NOT NULL,
    "customer_id" character varying(64) NOT NULL,
    "status" character varying(16) NOT NULL,
    "state" character varying(8) NOT NULL
  )`,
  `INSERT INTO listed_lines (tenant_id, search, subscription_id, line, customer_id, status, state)
   SELECT l.tenant_id, ${SEARCH}, l.subscription_id, l.line, l.customer_id, l.status, l.state FROM listed_lines_before l
   JOIN subscriptions s ON s.tenant_id = l.tenant_id AND s.subscription_id = l.subscription_id
   LEFT JOIN subscription_lines x ON x.tenant_id = l.tenant_id AND x.subscription_id = l.subscription_id AND x.line = l.line
   LEFT JOIN customers c ON c.tenant_id = s.tenant_id AND c.customer_id = s.customer_id
   ORDER BY l.tenant_id, l.subscription_id, l.line`,
  `DROP TABLE "listed_lines_before"`,
  `ALTER TABLE "listed_lines" ADD CONSTRAINT "PK_listed_lines" PRIMARY KEY ("tenant_id", "subscription_id", "line")`,
  `CREATE INDEX "listed_lines_order" ON "listed_lines" ("tenant_id", length("subscription_id"), "subscription_id", "line") INCLUDE ("customer_id", "status", "state")`,
  `CREATE INDEX "listed_lines_customer" ON "listed_lines" ("tenant_id", "customer_id")`,
  `CREATE TRIGGER "listed_lines_grown" AFTER INSERT ON "listed_lines" FOR EACH STATEMENT EXECUTE FUNCTION analyze_if_grown()`,
];

/** Few values, so that Postgres keeps each once with the places of all its rows: what counts a list goes through a small part of the pages. */
const COUNTED = [
  `CREATE INDEX "listed_customers_counted" ON "listed_customers" ("tenant_id", "mapping")`,
  `CREATE INDEX "listed_lines_counted" ON "listed_lines" ("tenant_id", "state", "status")`,
];

/** Less to go through where lists are counted and searched, and clients' names among what is searched. */
export class LeanLists1771401600000 implements MigrationInterface {
  name = 'LeanLists1771401600000';

  async up(runner: QueryRunner): Promise<void> {
    const functions = [LIST_CUSTOMERS, LIST_LINES, MAPPINGS_CHANGED];
    for (const statement of [...CUSTOMERS, ...LINES, ...COUNTED, ...functions]) await runner.query(statement);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
