import type { DataSource } from 'typeorm';
import { ConfigError } from '../config.js';
import { sealedValues, type SealedValue } from './sealed-values.js';
import { keyIdOf, type Sealer, SealingError } from './sealing.js';

/**
 * Makes sure that the keys are those that the stored secrets were sealed with, before anything relies on it. One value that does not
 * open says nothing of its key while others do: it was changed, and whoever uses it is told.
 * @throws ConfigError naming each key that is missing or another one of that name.
 */
export async function requireKeys(dataSource: DataSource, sealer: Sealer): Promise<void> {
  const byKey = Map.groupBy(await sealedValues(dataSource), ({ sealed }) => keyIdOf(sealed));
  const faults: string[] = [];
  for (const [kid, values] of byKey) {
    const fault = kid === undefined ? undefined : await faultOf(sealer, values);
    if (fault === undefined) continue;
    const what =
      fault === 'no_key'
        ? `ISTHMUS_SECRET_KEYS lacks the key "${kid}", which ${counted(values.length)} sealed with: add it again, after the one that seals.`
        : `ISTHMUS_SECRET_KEYS names a key "${kid}" that does not open what was sealed with the key of that name (${counted(values.length)} concerned): give it the value it had.`;
    faults.push(`${what} If it is lost for good, run \`isthmus secrets rotate --forget-lost\` and enter the secrets again.`);
  }
  if (faults.length > 0) throw new ConfigError(faults);
}

async function faultOf(sealer: Sealer, values: readonly SealedValue[]): Promise<'no_key' | 'does_not_open' | undefined> {
  for (const { sealed, place } of values) {
    try {
      await sealer.open(sealed, place);
      return undefined;
    } catch (error) {
      if (!(error instanceof SealingError)) throw error;
      if (error.fault === 'no_key') return 'no_key';
      // Opened, though for another place: the key is right.
      if (error.fault === 'elsewhere') return undefined;
    }
  }
  return 'does_not_open';
}

function counted(number: number): string {
  return number === 1 ? '1 secret is' : `${number} secrets are`;
}
