import { budgetNow } from '../../psa-instances/budget/statements.js';
import { IMPORT_QUEUE, QUEUE_SCHEMA } from '../../queue/schema.js';

/**
 * What the figures are read with, at each scrape, so that they are right whichever process answers, and outlive it.
 * $1 is the PSA instance that the caller sees; null: all.
 */

const TENANTS = `tenants t JOIN psa_instances p ON p.id = t.psa_instance_id AND p.archived_at IS NULL
  AND t.archived_at IS NULL AND ($1::uuid IS NULL OR t.psa_instance_id = $1)`;

/** Upper bounds of the durations' buckets, in seconds. */
export const BUCKETS = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400];

/** Names of `imports.counts`, as the entity and action that they count. */
export const COUNTED: readonly { entity: string; action: string; column: string; path: string }[] = [
  ...(['created', 'updated', 'linked'] as const).map((word) => counted('client', 'clients', word)),
  ...(['created', 'updated', 'rekeyed', 'deactivated', 'reactivated'] as const).map((word) => counted('licence', 'licences', word)),
];

function counted(entity: string, group: string, word: string): (typeof COUNTED)[number] {
  const action = { created: 'create', updated: 'update', linked: 'link', rekeyed: 'rekey' }[word] ?? word.replace(/d$/, '');
  return { entity, action, column: `${group}_${word}`, path: `{${group},${word}}` };
}

const sum = (value: string): string => `coalesce(sum(${value}), 0)::float8`;
const SECONDS = 'extract(epoch FROM i.finished_at - i.started_at)';
const TIMED = 'i.finished_at IS NOT NULL AND i.started_at IS NOT NULL AND NOT i.preview';

/** Of each tenant, and of each state of its imports: how many, how long, which calls and changes. One walk over the imports. */
export const IMPORTS = `
  SELECT t.id AS tenant_id, t.name AS tenant, i.state, count(*)::float8 AS imports,
    ${sum('i.calls_marketplace')} AS calls_marketplace, ${sum('i.calls_psa')} AS calls_psa,
    count(*) FILTER (WHERE ${TIMED})::float8 AS timed, coalesce(sum(${SECONDS}) FILTER (WHERE ${TIMED}), 0)::float8 AS seconds,
    ARRAY[${BUCKETS.map((bound) => `count(*) FILTER (WHERE ${TIMED} AND ${SECONDS} <= ${bound})`).join(', ')}]::float8[] AS buckets,
    ${COUNTED.map(({ column, path }) => `coalesce(sum((i.counts #>> '${path}')::int) FILTER (WHERE NOT i.preview), 0)::float8 AS ${column}`).join(',\n    ')},
    coalesce(sum((i.counts ->> 'failed')::int) FILTER (WHERE NOT i.preview), 0)::float8 AS failed
  FROM ${TENANTS} JOIN imports i ON i.tenant_id = t.id
  GROUP BY t.id, i.state`;

/**
 * The age of each tenant's last success: a whole import, for real, and with subscriptions where the tenant's integrator is to bring them.
 * One that never succeeded counts from when it was made.
 */
export const TENANT_AGES = `
  SELECT t.id AS tenant_id, t.name AS tenant, t.enabled AND p.enabled AS enabled, t.paused_at IS NOT NULL AS paused,
    extract(epoch FROM now() - coalesce(last.finished_at, t.created_at))::float8 AS age
  FROM ${TENANTS} LEFT JOIN LATERAL (
    SELECT i.finished_at FROM imports i
    WHERE i.tenant_id = t.id AND i.state IN ('succeeded', 'succeeded_with_skips') AND NOT i.preview AND i.customer_id IS NULL AND i.client_id IS NULL
      AND ('subscriptions' = ANY(i.entities) OR t.integrator ->> 'subscriptions' = 'false')
    ORDER BY i.created_at DESC LIMIT 1
  ) last ON true`;

/** Each tenant's newest import that has a plan, in full and for real: the state of things, as far as it is known. */
const NEWEST = `${TENANTS} JOIN LATERAL (
    SELECT i.id FROM imports i
    WHERE i.tenant_id = t.id AND i.state NOT IN ('queued', 'running', 'cancelled') AND NOT i.preview AND i.customer_id IS NULL AND i.client_id IS NULL
    ORDER BY i.created_at DESC LIMIT 1
  ) newest ON true`;

export const NEWEST_CHANGES = `
  SELECT t.id AS tenant_id, t.name AS tenant, c.entity, c.action, c.state, count(*)::float8 AS value
  FROM ${NEWEST} JOIN changes c ON c.import_id = newest.id
  GROUP BY t.id, c.entity, c.action, c.state`;

export const NEWEST_SKIPS = `
  SELECT t.id AS tenant_id, t.name AS tenant, s.reason, count(*)::float8 AS value
  FROM ${NEWEST} JOIN skips s ON s.import_id = newest.id
  GROUP BY t.id, s.reason`;

export const REFUSALS = `
  SELECT t.id AS tenant_id, t.name AS tenant, r.vendor, r.refused::float8 AS value
  FROM ${TENANTS} JOIN vendor_refusals r ON r.tenant_id = t.id`;

/** What is left of each budget now. $2 is null: the database's time. */
export const BUDGETS = `
  WITH ${budgetNow()}
  SELECT i.id AS psa_instance_id, i.name AS psa_instance,
    coalesce(greatest(0, b.level), floor(i.calls_per_5_minutes / 2.0))::float8 AS tokens,
    coalesce(b.share_now, 1)::float8 AS share, coalesce(extract(epoch FROM b.pause_end - b.at), 0)::float8 AS pause
  FROM psa_instances i LEFT JOIN budget b ON b.psa_instance_id = i.id
  WHERE i.archived_at IS NULL AND ($1::uuid IS NULL OR i.id = $1)`;

/** What webhooks sent, whatever became of the deliveries since. */
export const WEBHOOKS = `
  SELECT p.id AS psa_instance_id, p.name AS psa_instance, c.event, c.outcome, c.counted::float8 AS value
  FROM psa_instances p JOIN webhook_counts c ON c.psa_instance_id = p.id
  WHERE p.archived_at IS NULL AND ($1::uuid IS NULL OR p.id = $1)`;

/** Jobs that wait, wait for another try, and run. */
export const QUEUE = `
  SELECT j.state::text AS state, count(*)::float8 AS value
  FROM ${QUEUE_SCHEMA}.job j LEFT JOIN imports i ON i.id = (j.data ->> 'importId')::uuid
  WHERE j.name = '${IMPORT_QUEUE}' AND j.state < 'completed' AND ($1::uuid IS NULL OR i.psa_instance_id = $1)
  GROUP BY j.state`;
