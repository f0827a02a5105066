import type { Db } from 'pg-boss';
import { DataSource, type EntityManager } from 'typeorm';
import { namedWhenRepeated, prepared } from '../database/prepared.js';

/** What pg-boss needs of a node-postgres connection; several statements in one text give an array, which it takes too. */
interface Connection {
  query(text: string, values?: unknown[]): ReturnType<Db['executeSql']>;
}

/** What is queued with somebody's transaction. Not what makes the queue's tables: it goes on after they changed. */
const nameOf = namedWhenRepeated();

/** Lets pg-boss run its statements on a DataSource, or inside the transaction that an EntityManager belongs to. */
export function onDatabase(source: DataSource | EntityManager): Db {
  const manager = source instanceof DataSource ? source.manager : source;
  return {
    async executeSql(text, values) {
      const runner = manager.queryRunner ?? manager.dataSource.createQueryRunner();
      try {
        const connection = (await runner.connect()) as Connection;
        const name = source instanceof DataSource ? undefined : nameOf(text, values);
        return await connection.query(name === undefined ? text : prepared(name, text), values);
      } finally {
        if (runner !== manager.queryRunner) await runner.release();
      }
    },
  };
}
