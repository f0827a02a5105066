import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What lists are chosen, searched and counted by: one narrow row for each row of a list, in its order. Triggers keep it, a statement at a
 * time and in the same transaction, so that no writer can forget to. A row that would stay as it is is not written.
 */
export class Lists1766217600000 implements MigrationInterface {
  name = 'Lists1766217600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...CUSTOMERS, ...LINES, ...CHANGES]) await runner.query(statement);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}

/** A trigger on each of these events of a table, which hands its function the rows as `changed`, and as they `were` before an update. */
function triggers(table: string, name: string, handler: string): string[] {
  return [
    `CREATE TRIGGER "${name}_insert" AFTER INSERT ON "${table}" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION ${handler}()`,
    `CREATE TRIGGER "${name}_update" AFTER UPDATE ON "${table}" REFERENCING OLD TABLE AS were NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION ${handler}()`,
    `CREATE TRIGGER "${name}_delete" AFTER DELETE ON "${table}" REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION ${handler}()`,
  ];
}

/**
 * A trigger's function: calls another with the keys of the rows that changed in what matters.
 * @param left What is called beside it after an update, about what the rows `were`.
 */
function handler(name: string, call: string, key: string, matters: string, left?: string): string {
  const columns = matters.split(', ');
  const differ = `(${columns.map((column) => `changed.${column}`).join(', ')}) IS DISTINCT FROM (${columns.map((column) => `were.${column}`).join(', ')})`;
  const calls = [call, ...(left === undefined ? [] : [left])];
  return `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' THEN
        ${calls.map((one) => `PERFORM ${one} FROM changed JOIN were USING (${key}) WHERE ${differ};`).join('\n        ')}
      ELSE
        PERFORM ${call} FROM changed;
      END IF;
      RETURN NULL;
    END $$`;
}

const CHANGED_CUSTOMERS = 'array_agg(changed.tenant_id), array_agg(changed.customer_id::text)';
const CHANGED_LINES = 'list_lines(array_agg(changed.tenant_id), array_agg(changed.subscription_id::text))';

const CUSTOMERS = [
  `CREATE TABLE "listed_customers" (
    "tenant_id" uuid NOT NULL,
    "customer_id" character varying(64) NOT NULL,
    "name" character varying(500) NOT NULL,
    "mapping" character varying(10) NOT NULL,
    "subscriptions" integer NOT NULL,
    CONSTRAINT "PK_listed_customers" PRIMARY KEY ("tenant_id", "customer_id")
  )`,
  `CREATE INDEX "listed_customers_order" ON "listed_customers" ("tenant_id", "name", "customer_id") INCLUDE ("mapping")`,
  `CREATE INDEX "listed_customers_by_state" ON "listed_customers" ("tenant_id", (coalesce(array_position(ARRAY['ambiguous', 'broken', 'suggested', 'mapped', 'ignored'], "mapping"::text), 0)), "name", "customer_id") INCLUDE ("mapping")`,
  `CREATE INDEX "listed_customers_by_subscriptions" ON "listed_customers" ("tenant_id", "subscriptions" DESC, "name", "customer_id") INCLUDE ("mapping")`,
  `CREATE FUNCTION list_customers(tenants uuid[], customers text[]) RETURNS void LANGUAGE plpgsql AS $$
    #variable_conflict use_column
    BEGIN
    IF tenants IS NULL THEN RETURN; END IF;
    -- One after the other: who waited here sees below what the other one committed.
    PERFORM 1 FROM listed_customers l JOIN unnest($1, $2) AS k(tenant_id, customer_id) ON l.tenant_id = k.tenant_id AND l.customer_id = k.customer_id
      ORDER BY l.tenant_id, l.customer_id FOR UPDATE OF l;
    WITH keys AS (SELECT DISTINCT tenant_id, customer_id FROM unnest($1, $2) AS k(tenant_id, customer_id)),
    wanted AS (
      SELECT c.tenant_id, c.customer_id, left(lower(c.name), 500) AS name, coalesce(m.state, 'unmapped') AS mapping,
        (SELECT count(*)::int FROM subscriptions s WHERE s.tenant_id = c.tenant_id AND s.customer_id = c.customer_id
          AND s.gone_at IS NULL AND s.status NOT IN ('terminated', 'removed')) AS subscriptions
      FROM keys JOIN customers c ON c.tenant_id = keys.tenant_id AND c.customer_id = keys.customer_id
      LEFT JOIN mappings m ON m.tenant_id = c.tenant_id AND m.customer_id = c.customer_id AND m.archived_at IS NULL
      WHERE c.gone_at IS NULL OR m.id IS NOT NULL
    ),
    gone AS (
      DELETE FROM listed_customers l USING keys WHERE l.tenant_id = keys.tenant_id AND l.customer_id = keys.customer_id
        AND NOT EXISTS (SELECT 1 FROM customers c WHERE c.tenant_id = l.tenant_id AND c.customer_id = l.customer_id
          AND (c.gone_at IS NULL OR EXISTS (SELECT 1 FROM mappings m WHERE m.tenant_id = c.tenant_id AND m.customer_id = c.customer_id AND m.archived_at IS NULL)))
    )
    INSERT INTO listed_customers AS l (tenant_id, customer_id, name, mapping, subscriptions) SELECT * FROM wanted ORDER BY 1, 2
    ON CONFLICT (tenant_id, customer_id) DO UPDATE SET name = excluded.name, mapping = excluded.mapping, subscriptions = excluded.subscriptions
    WHERE (l.name, l.mapping, l.subscriptions) IS DISTINCT FROM (excluded.name, excluded.mapping, excluded.subscriptions);
    END $$`,
  handler('list_changed_customers', `list_customers(${CHANGED_CUSTOMERS})`, 'tenant_id, customer_id', 'name, gone_at'),
  handler('list_changed_mappings', `list_customers(${CHANGED_CUSTOMERS})`, 'id', 'state, archived_at'),
  `SELECT list_customers(array_agg(tenant_id), array_agg(customer_id::text)) FROM customers`,
  ...triggers('customers', 'customers_listed', 'list_changed_customers'),
  ...triggers('mappings', 'mappings_listed', 'list_changed_mappings'),
];

const LINES = [
  `CREATE TABLE "listed_lines" (
    "tenant_id" uuid NOT NULL,
    "subscription_id" character varying(64) NOT NULL,
    "line" text NOT NULL,
    "customer_id" character varying(64) NOT NULL,
    "status" character varying(16) NOT NULL,
    "state" character varying(8) NOT NULL,
    "search" text NOT NULL,
    CONSTRAINT "PK_listed_lines" PRIMARY KEY ("tenant_id", "subscription_id", "line")
  )`,
  `CREATE INDEX "listed_lines_order" ON "listed_lines" ("tenant_id", length("subscription_id"), "subscription_id", "line") INCLUDE ("customer_id", "status", "state")`,
  `CREATE INDEX "listed_lines_customer" ON "listed_lines" ("tenant_id", "customer_id")`,
  `CREATE FUNCTION list_lines(tenants uuid[], subscriptions text[]) RETURNS void LANGUAGE plpgsql AS $$
    #variable_conflict use_column
    BEGIN
    IF tenants IS NULL THEN RETURN; END IF;
    PERFORM 1 FROM listed_lines l JOIN unnest($1, $2) AS k(tenant_id, subscription_id) ON l.tenant_id = k.tenant_id AND l.subscription_id = k.subscription_id
      ORDER BY l.tenant_id, l.subscription_id, l.line FOR UPDATE OF l;
    WITH keys AS (SELECT DISTINCT tenant_id, subscription_id FROM unnest($1, $2) AS k(tenant_id, subscription_id)),
    wanted AS (
      SELECT s.tenant_id, s.subscription_id, coalesce(l.line, '') AS line, s.customer_id, s.status,
        CASE WHEN s.status IN ('terminated', 'removed') OR s.gone_at IS NOT NULL THEN 'ended' WHEN k.licence_id IS NOT NULL THEN 'linked' ELSE 'skipped' END AS state,
        lower(concat_ws(E'\\n', s.name, l.product_name, l.mpn, c.name)) AS search
      FROM keys JOIN subscriptions s ON s.tenant_id = keys.tenant_id AND s.subscription_id = keys.subscription_id
      LEFT JOIN subscription_lines l ON l.tenant_id = s.tenant_id AND l.subscription_id = s.subscription_id
      LEFT JOIN links k ON k.tenant_id = l.tenant_id AND k.subscription_id = l.subscription_id AND k.line = l.line AND k.archived_at IS NULL
      LEFT JOIN customers c ON c.tenant_id = s.tenant_id AND c.customer_id = s.customer_id
    ),
    gone AS (
      DELETE FROM listed_lines l USING keys WHERE l.tenant_id = keys.tenant_id AND l.subscription_id = keys.subscription_id
        AND CASE l.line
          WHEN '' THEN EXISTS (SELECT 1 FROM subscription_lines x WHERE x.tenant_id = l.tenant_id AND x.subscription_id = l.subscription_id)
            OR NOT EXISTS (SELECT 1 FROM subscriptions s WHERE s.tenant_id = l.tenant_id AND s.subscription_id = l.subscription_id)
          ELSE NOT EXISTS (SELECT 1 FROM subscription_lines x WHERE x.tenant_id = l.tenant_id AND x.subscription_id = l.subscription_id AND x.line = l.line)
        END
    )
    INSERT INTO listed_lines AS l (tenant_id, subscription_id, line, customer_id, status, state, search) SELECT * FROM wanted ORDER BY 1, 2, 3
    ON CONFLICT (tenant_id, subscription_id, line) DO UPDATE
    SET customer_id = excluded.customer_id, status = excluded.status, state = excluded.state, search = excluded.search
    WHERE (l.customer_id, l.status, l.state, l.search) IS DISTINCT FROM (excluded.customer_id, excluded.status, excluded.state, excluded.search);
    END $$`,
  `CREATE FUNCTION list_lines_of_customers(tenants uuid[], customers text[]) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
    PERFORM list_lines(array_agg(s.tenant_id), array_agg(s.subscription_id::text)) FROM unnest($1, $2) AS k(tenant_id, customer_id)
    JOIN subscriptions s ON s.tenant_id = k.tenant_id AND s.customer_id = k.customer_id;
    END $$`,
  handler('list_changed_subscriptions', CHANGED_LINES, 'tenant_id, subscription_id', 'customer_id, name, status, gone_at'),
  handler(
    'list_customers_of_changed',
    `list_customers(${CHANGED_CUSTOMERS})`,
    'tenant_id, subscription_id',
    'customer_id, status, gone_at',
    `list_customers(array_agg(were.tenant_id), array_agg(were.customer_id::text))`,
  ),
  handler('list_changed_lines', CHANGED_LINES, 'tenant_id, subscription_id, line', 'product_name, mpn'),
  handler('list_changed_links', CHANGED_LINES, 'id', 'licence_id, archived_at'),
  handler('list_renamed_customers', `list_lines_of_customers(${CHANGED_CUSTOMERS})`, 'tenant_id, customer_id', 'name'),
  `SELECT list_lines(array_agg(tenant_id), array_agg(subscription_id::text)) FROM subscriptions`,
  ...triggers('subscriptions', 'subscriptions_listed', 'list_changed_subscriptions'),
  ...triggers('subscriptions', 'subscriptions_counted', 'list_customers_of_changed'),
  ...triggers('subscription_lines', 'subscription_lines_listed', 'list_changed_lines'),
  ...triggers('links', 'links_listed', 'list_changed_links'),
  ...triggers('customers', 'customers_named', 'list_renamed_customers'),
];

/** Changes are listed by attempt and place; this holds all that they are chosen by. */
const CHANGES = [
  `DROP INDEX "changes_of_import"`,
  `CREATE INDEX "changes_of_import" ON "changes" ("import_id", "attempt", "sequence", "id") INCLUDE ("entity", "action", "state")`,
];
