import type { DataSource, EntityManager } from 'typeorm';

/** How many tries are taken within how many minutes, counted from the first one. */
export interface Limit {
  tries: number;
  minutes: number;
}

/** Counts tries in the database, by its clock, so that all processes count together. */
export class Throttle {
  constructor(private readonly database: DataSource | { manager: EntityManager }) {}

  /** Counts a try. @returns 0 if it may be made, else in how many seconds the next one may. */
  async count(key: string, { tries, minutes }: Limit): Promise<number> {
    const [row] = await this.database.manager.query<{ hits: number; seconds: number }[]>(
      `INSERT INTO throttles AS t (key, hits, ends_at) VALUES ($1, 1, now() + make_interval(mins => $2))
       ON CONFLICT (key) DO UPDATE SET
         hits = CASE WHEN t.ends_at <= now() THEN 1 ELSE t.hits + 1 END,
         ends_at = CASE WHEN t.ends_at <= now() THEN excluded.ends_at ELSE t.ends_at END
       RETURNING hits, greatest(1, ceil(extract(epoch FROM ends_at - now())))::int AS seconds`,
      [key.slice(0, 200), minutes],
    );
    return row && row.hits > tries ? row.seconds : 0;
  }

  /** Takes a counted try back: it was a good one. */
  async takeBack(key: string): Promise<void> {
    await this.database.manager.query(`UPDATE throttles SET hits = greatest(0, hits - 1) WHERE key = $1`, [key.slice(0, 200)]);
  }
}
