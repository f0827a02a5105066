import type { DataSource, QueryRunner } from 'typeorm';
import type { Mortal } from './mortal-client.js';

/** In the time that a connection may be silent, Postgres is asked so often. */
const ASKED = 4;

/**
 * Lets the statements of one connection take as long as they take: while Postgres says, on another one, that it is at work on them, their connection
 * is not given up for its silence. Once it says so no more, or says nothing, the silence counts as ever.
 */
export async function whileAtWork<T>(dataSource: DataSource, runner: QueryRunner, work: () => Promise<T>): Promise<T> {
  const client = (await runner.connect()) as Mortal;
  const [backend] = (await runner.query('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
  let asking: Promise<void> | undefined;
  const ask = async (): Promise<void> => {
    const active = await dataSource.query<unknown[]>(`SELECT FROM pg_stat_activity WHERE pid = $1 AND state = 'active'`, [backend!.pid]);
    if (active.length > 0) client.heardOf();
  };
  const often = setInterval(() => {
    asking ??= ask()
      .catch(() => undefined)
      .finally(() => (asking = undefined));
  }, client.silenceMs / ASKED);
  try {
    return await work();
  } finally {
    clearInterval(often);
    await asking;
  }
}
