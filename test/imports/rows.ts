import type { Import } from '../../entities/index.js';
import type { Stage } from './stage.js';

/** A statement on the stage's database. */
export async function sql<T = unknown>(on: Stage, text: string, parameters: unknown[] = []): Promise<T> {
  return on.database.dataSource.query(text, parameters) as Promise<T>;
}

/** The row of an import as it stands. */
export async function row(on: Stage, id: string): Promise<Import> {
  return (await on.result(id)).row;
}

/** Queues an import as a person, a webhook or the integrator starts it. */
export async function queueAs(on: Stage, trigger: Import['trigger']): Promise<string> {
  const id = await on.queue();
  await sql(on, `UPDATE imports SET trigger = $2 WHERE id = $1`, [id, trigger]);
  return id;
}

/** Has the marketplace answer that it is down, from now on. */
export function marketplaceIsDown(on: Stage): void {
  on.sandbox.kernel.faults.add({ vendor: 'marketplace', path: '^/customers', times: 0, status: 503 });
}
