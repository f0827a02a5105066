import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a line is searched by, from a subscription `s`, its line `x` and its customer `c`, as in `90-lean-lists.ts`. */
const SEARCH = `convert_to(lower(concat_ws(E'\\n', s.name, CASE WHEN strpos(lower(s.name), lower(x.product_name)) > 0 THEN NULL ELSE x.product_name END, x.mpn, c.name)), 'UTF8')`;
const CUSTOMER = `LEFT JOIN LATERAL (SELECT name FROM customers c WHERE c.tenant_id = s.tenant_id AND c.customer_id = s.customer_id OFFSET 0) AS c ON true`;

const NOTE = `INSERT INTO list_steps (tenant_id, steps) SELECT DISTINCT tenant_id, 1 FROM changed`;
const LIST_LINES = 'PERFORM list_lines(array_agg(changed.tenant_id), array_agg(changed.subscription_id::text))';

/** Ends both functions: where not every new row was listed by what stands before it, all of them are worked out. */
const OR_AS_EVER = `GET DIAGNOSTICS listed = ROW_COUNT;
      IF listed > 0 THEN ${NOTE}; END IF;
      IF listed = (SELECT count(*) FROM changed) THEN RETURN NULL; END IF;
    END IF;
    ${LIST_LINES} FROM changed;
    RETURN NULL;`;

const LISTED = 'tenant_id, subscription_id, customer_id, name, status, gone_at';
const DATED = `tenant_id, subscription_id, "row" ->> 'renewalDate', "row" ->> 'autoRenew'`;

/**
 * As in `95-list-steps.ts`, but for new subscriptions: no line of them is known yet, which is so for all that an import sees first, so each is one new
 * row of the list. Where that is not so, everything is worked out as ever.
 */
const SUBSCRIPTIONS_CHANGED = `CREATE OR REPLACE FUNCTION list_changed_subscriptions() RETURNS trigger LANGUAGE plpgsql SET jit = off AS $$
  DECLARE
    listed bigint;
  BEGIN
    IF TG_OP = 'UPDATE' THEN
      ${LIST_LINES} FROM (SELECT ${LISTED} FROM changed EXCEPT SELECT ${LISTED} FROM were) AS changed;
      INSERT INTO list_steps (tenant_id, steps) SELECT DISTINCT tenant_id, 1 FROM (SELECT ${DATED} FROM changed EXCEPT SELECT ${DATED} FROM were) AS dated;
      RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
      INSERT INTO listed_lines (tenant_id, subscription_id, line, customer_id, status, state, search)
      SELECT s.tenant_id, s.subscription_id, '', s.customer_id, s.status,
        CASE WHEN s.status IN ('terminated', 'removed') OR s.gone_at IS NOT NULL THEN 'ended' ELSE 'skipped' END, ${SEARCH}
      FROM (SELECT ${LISTED} FROM changed ORDER BY tenant_id, subscription_id) AS s ${CUSTOMER}
      CROSS JOIN (SELECT NULL::text AS product_name, NULL::text AS mpn) AS x
      WHERE (SELECT true FROM subscription_lines AS known WHERE known.tenant_id = s.tenant_id AND known.subscription_id = s.subscription_id LIMIT 1) IS NULL
      ON CONFLICT DO NOTHING;
      ${OR_AS_EVER}
  END $$`;

const SHOWN = 'tenant_id, subscription_id, line, product_name, mpn';
/** Where a subscription `x` stands in the list without a line; to be ended. */
const PLACE = (select: string): string =>
  `(${select} FROM listed_lines AS l WHERE l.tenant_id = x.tenant_id AND l.subscription_id = x.subscription_id AND l.line = ''`;

/**
 * As in `80-list-by-index.ts`, but for new lines: where a subscription stands in the list without a line, its first one takes that row. Rows are locked in the
 * order of all who write them. Where there is no such row to be seen, or somebody else wrote it meanwhile, everything is worked out as ever.
 */
const LINES_CHANGED = `CREATE OR REPLACE FUNCTION list_changed_lines() RETURNS trigger LANGUAGE plpgsql SET jit = off AS $$
  DECLARE
    listed bigint;
  BEGIN
    IF TG_OP = 'UPDATE' THEN
      ${LIST_LINES} FROM (SELECT ${SHOWN} FROM changed EXCEPT SELECT ${SHOWN} FROM were) AS changed;
      RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
      -- One after the other: who waited here sees below what the other one committed.
      PERFORM 1 FROM (SELECT tenant_id, subscription_id FROM changed ORDER BY 1, 2) AS x CROSS JOIN LATERAL ${PLACE('SELECT 1')} FOR UPDATE) AS locked;

      UPDATE listed_lines AS l SET line = first.line, search = first.search, state = CASE WHEN l.state = 'skipped' AND first.linked THEN 'linked' ELSE l.state END
      FROM (
        SELECT place.ctid, x.line, ${SEARCH} AS search,
          (SELECT true FROM links WHERE links.tenant_id = x.tenant_id AND links.subscription_id = x.subscription_id AND links.line = x.line
            AND links.archived_at IS NULL AND links.licence_id IS NOT NULL) AS linked
        FROM changed AS x
        CROSS JOIN LATERAL ${PLACE('SELECT ctid')} OFFSET 0) AS place
        CROSS JOIN LATERAL (SELECT tenant_id, customer_id, name FROM subscriptions s WHERE s.tenant_id = x.tenant_id AND s.subscription_id = x.subscription_id OFFSET 0) AS s
        ${CUSTOMER}
      ) AS first
      WHERE l.ctid = first.ctid;
      ${OR_AS_EVER}
  END $$`;

/** Working out what new subscriptions and their lines look like in the list took a third of Postgres' time while a first import reads. */
export class ListNewLines1772697600000 implements MigrationInterface {
  name = 'ListNewLines1772697600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SUBSCRIPTIONS_CHANGED);
    await runner.query(LINES_CHANGED);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
