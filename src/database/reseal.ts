import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { sealedValues, type SealedValue } from './sealed-values.js';
import { keyIdOf, type Sealer, SealingError } from './sealing.js';

/** What became of the stored secrets. */
export interface Resealed {
  /** The key that all which open are sealed with now. */
  kid: string;
  resealed: number;
  /** Sealed with that key before. */
  already: number;
  /** Places whose secret no key opens: left as they are, or forgotten. */
  lost: string[];
}

/** Others may seal meanwhile, with the keys that they know. */
const ROUNDS = 5;

/**
 * Seals every stored secret with the first key. The service may run: each value is replaced only if it is still the one that was
 * opened, and what was entered meanwhile is looked at in another round.
 * @param options.forget A secret that no key opens is replaced by one that nobody knows (an optional one is taken away), and counts
 * as not set.
 */
export async function reseal(dataSource: DataSource, sealer: Sealer, options: { forget: boolean }): Promise<Resealed> {
  const done: Resealed = { kid: await sealer.sealingKey(), resealed: 0, already: 0, lost: [] };
  for (let round = 1; round <= ROUNDS; round += 1) {
    let replaced = 0;
    for (const value of await sealedValues(dataSource)) {
      const where = `${value.place.table}.${value.place.column} of ${value.place.row}`;
      if (done.lost.includes(where)) continue;
      if (keyIdOf(value.sealed) === done.kid && (await opens(sealer, value))) {
        if (round === 1) done.already += 1;
        continue;
      }
      const outcome = await resealOne(dataSource, sealer, value, options.forget);
      if (outcome === 'lost') done.lost.push(where);
      else if (outcome === 'resealed') replaced += 1;
    }
    done.resealed += replaced;
    if (round > 1 && replaced === 0) break;
  }
  return done;
}

async function resealOne(
  dataSource: DataSource,
  sealer: Sealer,
  value: SealedValue,
  forget: boolean,
): Promise<'resealed' | 'lost' | 'changed'> {
  const { place, sealed, column } = value;
  const { table, column: name } = column;
  try {
    const fresh = await sealer.seal(await sealer.open(sealed, place), place);
    // Not its updated_at: nothing that people see has changed.
    const [, count] = await dataSource.query<[unknown, number]>(`UPDATE ${table} SET ${name} = $1 WHERE id = $2 AND ${name} = $3`, [
      fresh,
      place.row,
      sealed,
    ]);
    return count === 1 ? 'resealed' : 'changed';
  } catch (error) {
    if (!(error instanceof SealingError)) throw error;
  }
  if (forget) {
    const unknown = column.optional ? null : await sealer.seal(randomBytes(32).toString('base64url'), place);
    await dataSource.query(
      `UPDATE ${table} SET ${name} = $1, secrets_set_at = secrets_set_at - $4::text, updated_at = now() WHERE id = $2 AND ${name} = $3`,
      [unknown, place.row, sealed, column.name],
    );
  }
  return 'lost';
}

async function opens(sealer: Sealer, { sealed, place }: SealedValue): Promise<boolean> {
  return sealer.open(sealed, place).then(
    () => true,
    () => false,
  );
}
