import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Each key is looked up by its index, whatever is known about the tables, which fill quickly: subqueries with OFFSET 0 are not joined otherwise,
 * and scalar ones, unlike EXISTS, never go through a whole table. Compiling a plan takes longer than any of them.
 */
const BY_KEY = 'SET jit = off';

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

  INSERT INTO listed_customers AS l (tenant_id, customer_id, name, mapping, subscriptions)
  SELECT k.tenant_id, k.customer_id, left(lower(c.name), 500), coalesce(m.state, 'unmapped'), s.count
  FROM (SELECT DISTINCT tenant_id, customer_id FROM unnest($1, $2) AS k(tenant_id, customer_id)) AS k
  CROSS JOIN LATERAL (SELECT name, gone_at FROM customers c WHERE c.tenant_id = k.tenant_id AND c.customer_id = k.customer_id OFFSET 0) AS c
  LEFT JOIN LATERAL (SELECT id, state FROM mappings m WHERE m.tenant_id = k.tenant_id AND m.customer_id = k.customer_id AND m.archived_at IS NULL OFFSET 0) AS m ON true
  CROSS JOIN LATERAL (SELECT count(*)::int FROM subscriptions s WHERE s.tenant_id = k.tenant_id AND s.customer_id = k.customer_id
    AND s.gone_at IS NULL AND s.status NOT IN ('terminated', 'removed')) AS s
  WHERE c.gone_at IS NULL OR m.id IS NOT NULL
  ORDER BY 1, 2
  ON CONFLICT (tenant_id, customer_id) DO UPDATE SET name = excluded.name, mapping = excluded.mapping, subscriptions = excluded.subscriptions
  WHERE (l.name, l.mapping, l.subscriptions) IS DISTINCT FROM (excluded.name, excluded.mapping, excluded.subscriptions);
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
    lower(concat_ws(E'\\n', s.name, x.product_name, x.mpn, c.name))
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

const LIST_LINES_OF_CUSTOMERS = `CREATE OR REPLACE FUNCTION list_lines_of_customers(tenants uuid[], customers text[]) RETURNS void LANGUAGE plpgsql ${BY_KEY} AS $$
  BEGIN
  PERFORM list_lines(array_agg(s.tenant_id), array_agg(s.subscription_id::text)) FROM unnest($1, $2) AS k(tenant_id, customer_id)
  CROSS JOIN LATERAL (SELECT s.tenant_id, s.subscription_id FROM subscriptions s WHERE s.tenant_id = k.tenant_id AND s.customer_id = k.customer_id OFFSET 0) AS s;
  END $$`;

/**
 * A trigger's function: calls another with the keys of the rows that changed in what matters. What differs is found as sets: a join of the rows
 * with what they were is planned by guess, and then compares each with all of a statement's.
 * @param columns What its call needs, and what tells rows apart, and what matters.
 * @param left What is called beside it after an update, about what the rows `were`.
 */
function handler(name: string, call: string, columns: string, left?: string): string {
  const differs = (one: string, other: string): string =>
    `(SELECT ${columns} FROM ${one} EXCEPT SELECT ${columns} FROM ${other}) AS ${one}`;
  return `CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' THEN
        PERFORM ${call} FROM ${differs('changed', 'were')};
        ${left === undefined ? '' : `PERFORM ${left} FROM ${differs('were', 'changed')};`}
      ELSE
        PERFORM ${call} FROM changed;
      END IF;
      RETURN NULL;
    END $$`;
}

const CHANGED_CUSTOMERS = 'array_agg(changed.tenant_id), array_agg(changed.customer_id::text)';
const CHANGED_LINES = 'list_lines(array_agg(changed.tenant_id), array_agg(changed.subscription_id::text))';

const HANDLERS = [
  handler('list_changed_customers', `list_customers(${CHANGED_CUSTOMERS})`, 'tenant_id, customer_id, name, gone_at'),
  handler('list_changed_mappings', `list_customers(${CHANGED_CUSTOMERS})`, 'id, tenant_id, customer_id, state, archived_at'),
  handler('list_changed_subscriptions', CHANGED_LINES, 'tenant_id, subscription_id, customer_id, name, status, gone_at'),
  handler(
    'list_customers_of_changed',
    `list_customers(${CHANGED_CUSTOMERS})`,
    'tenant_id, subscription_id, customer_id, status, gone_at',
    'list_customers(array_agg(were.tenant_id), array_agg(were.customer_id::text))',
  ),
  handler('list_changed_lines', CHANGED_LINES, 'tenant_id, subscription_id, line, product_name, mpn'),
  handler('list_changed_links', CHANGED_LINES, 'id, tenant_id, subscription_id, licence_id, archived_at'),
  handler('list_renamed_customers', `list_lines_of_customers(${CHANGED_CUSTOMERS})`, 'tenant_id, customer_id, name'),
];

/** What keeps the lists was planned while the tables were empty, or without statistics, and then went through whole tables for each batch. */
export class ListByIndex1770537600000 implements MigrationInterface {
  name = 'ListByIndex1770537600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [LIST_CUSTOMERS, LIST_LINES, LIST_LINES_OF_CUSTOMERS, ...HANDLERS]) await runner.query(statement);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
