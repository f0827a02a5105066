import type { DataSource } from 'typeorm';

/** How long deliveries are kept, and how many of each PSA instance at most. */
export const KEPT = { days: 30, deliveries: 10_000 };

/** Rows that go in one statement, so that none is long. */
const AT_ONCE = 5000;

/** Settled: nothing of it waits to be done. */
const SETTLED = `deliveries.state <> 'stored' AND NOT EXISTS (
  SELECT FROM webhook_imports WHERE webhook_imports.delivery_id = deliveries.id AND webhook_imports.state = 'kept')`;

/** Takes away deliveries that are old, or beyond the newest of a PSA instance. Gives how many. */
export async function prune(dataSource: DataSource, kept = KEPT): Promise<number> {
  const [, gone] = (await dataSource.query(
    `DELETE FROM webhook_deliveries WHERE id IN (
       SELECT deliveries.id FROM (
         SELECT id, state, received_at, row_number() OVER (PARTITION BY psa_instance_id ORDER BY received_at DESC, id) AS place
         FROM webhook_deliveries) AS deliveries
       WHERE (deliveries.place > $1 OR deliveries.received_at < now() - make_interval(days => $2)) AND ${SETTLED} LIMIT $3)`,
    [kept.deliveries, kept.days, AT_ONCE],
  )) as [unknown, number];
  return gone;
}
