import { CommanderError } from 'commander';
import { IsNull } from 'typeorm';
import { PsaInstance, type Role } from '../../entities/index.js';
import { readConfig } from '../config.js';
import { migrate, pendingMigrations } from '../database/migrate.js';
import { openDatabase } from '../database/open.js';
import { createLogger } from '../observability/logger.js';
import { TokenStore } from './token-store.js';

export interface TokenOptions {
  role: Role;
  /** A UUID, lower case. */
  psaInstance?: string;
  name?: string;
}

/** `isthmus token create`: prints the new token alone on standard output. Works beside a running service. */
export async function createToken(options: TokenOptions): Promise<void> {
  const { role, psaInstance = null, name = 'made on the command line' } = options;
  if (role === 'owner' && psaInstance !== null)
    throw wrongUsage('An owner sees all PSA instances: leave --psa-instance out, or choose another role.');
  if (role !== 'owner' && psaInstance === null)
    throw wrongUsage(`A token of the role ${role} is for one PSA instance: name it with --psa-instance.`);
  const config = readConfig();
  const database = await openDatabase(config, createLogger({ level: 'warn', stream: 'stderr' }), { join: true });
  try {
    const { dataSource } = database;
    // An embedded database that nobody runs is ours; any other one is migrated by who runs it.
    if (config.databaseUrl === undefined && !database.joined) await migrate(dataSource);
    else if ((await pendingMigrations(dataSource)).length > 0) {
      throw new Error("The database's schema is not up to date: run `isthmus migrate`, or start the service once.");
    }
    if (psaInstance !== null && !(await dataSource.manager.existsBy(PsaInstance, { id: psaInstance, archivedAt: IsNull() }))) {
      throw new Error(`There is no PSA instance ${psaInstance}.`);
    }
    const { token } = await new TokenStore(dataSource).create({ role, psaInstanceId: psaInstance, name });
    process.stdout.write(`${token}\n`);
  } finally {
    await database.close();
  }
}

function wrongUsage(sentence: string): CommanderError {
  process.stderr.write(`error: ${sentence}\n`);
  return new CommanderError(64, 'isthmus.usage', sentence);
}
