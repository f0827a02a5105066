import { CommanderError } from 'commander';
import { IsNull } from 'typeorm';
import { PsaInstance, type Role } from '../../entities/index.js';
import { readConfig } from '../config.js';
import { commandLine } from './audit/actor.js';
import { onMigrated } from './command-database.js';
import { TokensService } from './tokens-service.js';

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
  const token = await onMigrated(readConfig(), async (dataSource) => {
    if (psaInstance !== null && !(await dataSource.manager.existsBy(PsaInstance, { id: psaInstance, archivedAt: IsNull() }))) {
      throw new Error(`There is no PSA instance ${psaInstance}.`);
    }
    return (await new TokensService(dataSource).create(commandLine(), { role, psaInstanceId: psaInstance, name })).token;
  });
  process.stdout.write(`${token}\n`);
}

function wrongUsage(sentence: string): CommanderError {
  process.stderr.write(`error: ${sentence}\n`);
  return new CommanderError(64, 'isthmus.usage', sentence);
}
