import type { DataSource } from 'typeorm';
import { PsaInstance } from '../../entities/index.js';
import { connect } from '../../src/database/connect.js';
import { SharedBudget, type SharedBudgetOptions } from '../../src/psa-instances/budget/shared-budget.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { storePsaInstance } from '../support/psa-instance.js';
import type { VirtualTime } from './virtual-time.js';

/** A PSA instance in a database, and the processes that share its budget. */
export interface BudgetStage {
  database: TestDatabase;
  psaInstanceId: string;
  /** Of the processes, the newest last; what a test adds is closed with them. */
  pools: DataSource[];
  allow(callsPer5Minutes: number): Promise<void>;
  /** One process: a pool and a budget of its own. */
  newProcess(time: VirtualTime, more?: Partial<SharedBudgetOptions>): Promise<SharedBudget>;
  close(): Promise<void>;
}

export async function budgetStage(): Promise<BudgetStage> {
  const database = await createTestDatabase();
  const psaInstanceId = await storePsaInstance(database.dataSource);
  const pools: DataSource[] = [];
  return {
    database,
    psaInstanceId,
    pools,
    async allow(callsPer5Minutes) {
      await database.dataSource.manager.update(PsaInstance, { id: psaInstanceId }, { callsPer5Minutes });
    },
    async newProcess(time, more = {}) {
      const dataSource = await connect(database.url, { attempts: 1, poolSize: 3 });
      pools.push(dataSource);
      return new SharedBudget({ dataSource, psaInstanceId, pace: time, databaseNow: () => new Date(time.now()), ...more });
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.destroy()));
      await database.close();
    },
  };
}

/** As many processes, each making so many calls one after another; gives when each call was made. */
export async function callAll(
  time: VirtualTime,
  budgets: SharedBudget[],
  callsEach: number,
  at: (who: number) => void = () => {},
): Promise<number[]> {
  const made: number[] = [];
  await Promise.all(
    budgets.map(async (budget, who) => {
      for (let n = 0; n < callsEach; n += 1) {
        await budget.take();
        made.push(time.now());
        at(who);
      }
      time.leave();
    }),
  );
  return made.sort((a, b) => a - b);
}
