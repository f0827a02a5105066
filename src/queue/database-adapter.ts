import type { Db } from 'pg-boss';
import { DataSource, type EntityManager } from 'typeorm';
import { preparedByText } from '../database/prepared.js';

/** What pg-boss needs of a node-postgres connection; several statements in one text give an array, which it takes too. */
interface Connection {
  query(text: string, values?: unknown[]): ReturnType<Db['executeSql']>;
}

/**
 * Lets pg-boss run its statements on a DataSource, or inside the transaction that an EntityManager belongs to. There it only queues, by the same
 * text each time, whose planning takes Postgres longer than all else about it: so that one is prepared.
 */
export function onDatabase(source: DataSource | EntityManager): Db {
  const manager = source instanceof DataSource ? source.manager : source;
  return {
    async executeSql(text, values) {
      const runner = manager.queryRunner ?? manager.dataSource.createQueryRunner();
      try {
        const connection = (await runner.connect()) as Connection;
        // A text without parameters may be several statements, which cannot be prepared.
        const prepares = !(source instanceof DataSource) && values !== undefined && values.length > 0;
        return await connection.query(prepares ? preparedByText(text) : text, values);
      } finally {
        if (runner !== manager.queryRunner) await runner.release();
      }
    },
  };
}
