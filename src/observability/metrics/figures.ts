import { Counter, Gauge, Registry } from '@prometheus-io/client';
import type { DataSource } from 'typeorm';
import { version } from '../../version.js';
import { readFigures, type Row } from './read-figures.js';
import { BUCKETS, COUNTED } from './statements.js';
import { StoredHistogram, type StoredDurations } from './stored-histogram.js';

type Labels = Record<string, string>;

const ENDED = ['succeeded', 'succeeded_with_skips', 'partly_failed', 'failed', 'cancelled'];
const JOB_STATES = ['created', 'retry', 'active'];

/**
 * The figures of all processes together, as the database has them now. Labels are ids, names and words; never a secret.
 * @param psaInstanceId The one that the caller sees; null: all.
 */
export async function figures(dataSource: DataSource, psaInstanceId: string | null): Promise<string> {
  const rows = await readFigures(dataSource, psaInstanceId);
  const registry = new Registry();
  const gauge = (name: string, help: string, labels: string[] = []): Gauge<string> =>
    new Gauge({ name, help, labelNames: labels, registers: [registry] });
  const counter = (name: string, help: string, labels: string[]): Counter<string> =>
    new Counter({ name, help, labelNames: labels, registers: [registry] });

  gauge('isthmus_info', 'The version of the process that answers.', ['version']).set({ version }, 1);

  const ended = counter('isthmus_imports_total', 'Imports that ended, by how they ended.', ['tenant_id', 'tenant', 'state']);
  const open = gauge('isthmus_imports_open', 'Imports that are queued, run, or wait for an approval.', ['tenant_id', 'tenant', 'state']);
  const calls = counter('isthmus_vendor_calls_total', 'Calls that imports made.', ['tenant_id', 'tenant', 'vendor']);
  const changes = counter('isthmus_changes_total', 'Changes that imports applied.', ['tenant_id', 'tenant', 'entity', 'action']);
  const failed = counter('isthmus_changes_failed_total', 'Changes that the PSA refused.', ['tenant_id', 'tenant']);
  for (const row of rows.imports) {
    const tenant = tenantOf(row);
    const state = String(row['state']);
    if (ENDED.includes(state)) ended.inc({ ...tenant, state }, figure(row, 'imports'));
    else open.set({ ...tenant, state }, figure(row, 'imports'));
    calls.inc({ ...tenant, vendor: 'marketplace' }, figure(row, 'calls_marketplace'));
    calls.inc({ ...tenant, vendor: 'psa' }, figure(row, 'calls_psa'));
    for (const { entity, action, column } of COUNTED) changes.inc({ ...tenant, entity, action }, figure(row, column));
    failed.inc(tenant, figure(row, 'failed'));
  }
  registry.registerMetric(
    new StoredHistogram(
      'isthmus_import_duration_seconds',
      'How long imports took from their first attempt to their end, previews left out.',
      BUCKETS,
      rows.imports.filter((row) => figure(row, 'timed') > 0).map(durationsOf),
    ).asMetric(),
  );

  const refused = counter('isthmus_vendor_refusals_total', 'Calls that the vendor refused because they were too many.', [
    'tenant_id',
    'tenant',
    'vendor',
  ]);
  for (const row of rows.refusals) refused.inc({ ...tenantOf(row), vendor: String(row['vendor']) }, figure(row, 'value'));

  const newest = gauge('isthmus_last_import_changes', 'Changes of the last whole import.', [
    'tenant_id',
    'tenant',
    'entity',
    'action',
    'state',
  ]);
  for (const row of rows.changes) {
    const { entity, action, state } = row;
    newest.set({ ...tenantOf(row), entity: String(entity), action: String(action), state: String(state) }, figure(row, 'value'));
  }
  const skips = gauge('isthmus_last_import_skips', 'What the last whole import left alone.', ['tenant_id', 'tenant', 'reason']);
  for (const row of rows.skips) skips.set({ ...tenantOf(row), reason: String(row['reason']) }, figure(row, 'value'));

  const age = gauge(
    'isthmus_last_success_age_seconds',
    'Seconds since the last whole import succeeded, or since the tenant was made if none did. Alert on this.',
    ['tenant_id', 'tenant'],
  );
  const enabled = gauge('isthmus_tenant_enabled', 'Whether the tenant and its PSA instance are switched on.', ['tenant_id', 'tenant']);
  const paused = gauge('isthmus_tenant_paused', 'Whether the integrator leaves the tenant alone.', ['tenant_id', 'tenant']);
  for (const row of rows.tenants) {
    age.set(tenantOf(row), figure(row, 'age'));
    enabled.set(tenantOf(row), row['enabled'] === true ? 1 : 0);
    paused.set(tenantOf(row), row['paused'] === true ? 1 : 0);
  }

  const psaLabels = ['psa_instance_id', 'psa_instance'];
  const left = gauge('isthmus_psa_budget_left', 'Calls to the PSA that may be made at once, by all processes together.', psaLabels);
  const share = gauge('isthmus_psa_budget_rate_share', 'The share of the allowed rate in use: below 1 after refusals.', psaLabels);
  const pause = gauge('isthmus_psa_budget_pause_seconds', 'How much longer nobody calls, because the PSA asked for it.', psaLabels);
  for (const row of rows.budgets) {
    const labels = { psa_instance_id: String(row['psa_instance_id']), psa_instance: String(row['psa_instance']) };
    left.set(labels, figure(row, 'tokens'));
    share.set(labels, figure(row, 'share'));
    pause.set(labels, figure(row, 'pause'));
  }

  const sent = counter('isthmus_webhook_deliveries_total', 'What PSA instances sent, and what became of it.', [
    ...psaLabels,
    'event',
    'outcome',
  ]);
  for (const row of rows.webhooks) {
    const psa = { psa_instance_id: String(row['psa_instance_id']), psa_instance: String(row['psa_instance']) };
    sent.inc({ ...psa, event: String(row['event']), outcome: String(row['outcome']) }, figure(row, 'value'));
  }

  const queue = gauge('isthmus_queue_jobs', 'Jobs in the queue: created ones wait, retry ones wait for another try, active ones run.', [
    'state',
  ]);
  for (const state of JOB_STATES) queue.set({ state }, 0);
  for (const row of rows.queue) queue.set({ state: String(row['state']) }, figure(row, 'value'));
  return registry.metrics();
}

function tenantOf(row: Row): Labels {
  return { tenant_id: String(row['tenant_id']), tenant: String(row['tenant']) };
}

function figure(row: Row, name: string): number {
  return Number(row[name]);
}

function durationsOf(row: Row): StoredDurations {
  return {
    labels: { ...tenantOf(row), state: String(row['state']) },
    buckets: row['buckets'] as number[],
    count: figure(row, 'timed'),
    sum: figure(row, 'seconds'),
  };
}
