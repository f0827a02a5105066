import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from } from 'pg-copy-streams';

const KINDS = ['customers', 'subscriptions', 'details', 'licences'] as const;

/** Where the simplest program keeps what it saw: a row of JSON for each record, in a schema of its own, without any index. */
export class Tables {
  private constructor(private readonly database: Client) {}

  static async make(databaseUrl: string): Promise<Tables> {
    const database = new Client({ connectionString: databaseUrl });
    await database.connect();
    await database.query(`DROP SCHEMA IF EXISTS bench_floor CASCADE`);
    await database.query(`CREATE SCHEMA bench_floor`);
    for (const kind of KINDS) await database.query(`CREATE TABLE bench_floor.${kind} (record jsonb NOT NULL)`);
    return new Tables(database);
  }

  async copy(kind: (typeof KINDS)[number], records: readonly object[]): Promise<void> {
    const lines = records.values().map((record) => `${JSON.stringify(record).replaceAll('\\', String.raw`\\`)}\n`);
    await pipeline(Readable.from(lines), this.database.query(from(`COPY bench_floor.${kind} FROM STDIN`)));
  }

  async close(): Promise<void> {
    await this.database.query(`DROP SCHEMA bench_floor CASCADE`);
    await this.database.end();
  }
}
