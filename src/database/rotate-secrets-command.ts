import type { DataSource } from 'typeorm';
import { commandLine } from '../auth/audit/actor.js';
import { record } from '../auth/audit/record.js';
import { onMigrated } from '../auth/command-database.js';
import { readConfig } from '../config.js';
import { reseal, type Resealed } from './reseal.js';
import { addKey, sealerOf, type SecretKeys } from './secret-keys.js';

/**
 * `isthmus secrets rotate`: seals every stored secret with the first key, beside a running service. Where the data directory keeps the
 * keys, it makes the new one first.
 */
export async function rotateSecrets({ forgetLost = false }: { forgetLost?: boolean }): Promise<void> {
  const said = await onMigrated(readConfig(), (dataSource, { secretKeys }) =>
    alone(dataSource, async () => {
      const keys = secretKeys.own && !forgetLost ? { ...secretKeys, keys: await addKey(secretKeys) } : secretKeys;
      const done = await reseal(dataSource, sealerOf(keys), { forget: forgetLost });
      const after = { key: done.kid, resealed: done.resealed, ...(forgetLost ? { forgotten: done.lost } : {}) };
      await record(
        dataSource.manager,
        commandLine(),
        { action: 'reseal', entity: 'secrets', entityId: done.kid, psaInstanceId: null },
        { after },
      );
      if (done.lost.length > 0 && !forgetLost) throw new Error(lost(done));
      return sentences(keys, done, forgetLost);
    }),
  );
  process.stdout.write(`${said.join('\n')}\n`);
}

/** The advisory lock that one rotation holds: of two at once, one would put its new key in the place of the other's, which has sealed with it. */
export const ROTATION = 'isthmus secrets rotate';

async function alone<T>(dataSource: DataSource, work: () => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    const [row] = (await runner.query('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS got', [ROTATION])) as { got: boolean }[];
    if (row?.got !== true)
      throw new Error('Another `isthmus secrets rotate` is under way. Wait for its end, then repeat this if it is still needed.');
    try {
      return await work();
    } finally {
      await runner.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [ROTATION]);
    }
  } finally {
    await runner.release();
  }
}

function sentences({ keys, file }: SecretKeys, { kid, resealed, already, lost }: Resealed, forgotten: boolean): string[] {
  const others = keys.filter((key) => key.kid !== kid).map((key) => `"${key.kid}"`);
  return [
    `${resealed} secret${resealed === 1 ? '' : 's'} sealed anew with the key "${kid}"; ${already} had it before.`,
    ...(forgotten ? [`${lost.length} forgotten, because no key opens them. Enter them again: ${lost.join('; ') || 'none'}.`] : []),
    ...(others.length === 0
      ? []
      : [
          `Nothing is sealed with ${others.join(', ')} any more. Take that out of ${file ?? 'ISTHMUS_SECRET_KEYS'} once every process has the new list, and keep it with the backups that need it.`,
        ]),
  ];
}

function lost({ resealed, lost }: Resealed): string {
  return `${resealed} secrets were sealed anew, but no key opens ${lost.length}: ${lost.join('; ')}. Add the key they were sealed with and repeat this; or, if it is lost for good, repeat it with --forget-lost and enter them again.`;
}
