import { CompactEncrypt, compactDecrypt, decodeProtectedHeader, errors } from 'jose';
import type { SecretKey } from '../config.js';

/** Where a sealed value belongs. Opening it anywhere else fails, so that one secret cannot be passed off as another. */
export interface SealedPlace {
  table: string;
  column: string;
  /** The id of the row. */
  row: string;
}

/** Its key is not there; it was changed, or its key is another one of that name; it belongs elsewhere; or it is nothing sealed at all. */
export type SealingFault = 'no_key' | 'does_not_open' | 'elsewhere' | 'not_sealed';

/** A sealed value that cannot be opened; the message says what is missing or wrong, never what was sealed. */
export class SealingError extends Error {
  override readonly name = 'SealingError';
  constructor(
    message: string,
    readonly fault: SealingFault,
  ) {
    super(message);
  }
}

/** Seals secrets at rest as compact JWE (direct A256GCM, key id in the header). */
export class Sealer {
  /**
   * @param keys The first one seals; all of them open.
   * @param reread Where the keys are kept in a file: reads them again, so that a process that runs learns of new ones.
   */
  constructor(
    private keys: readonly SecretKey[],
    private readonly reread?: () => Promise<readonly SecretKey[]>,
  ) {
    if (keys.length === 0) throw new SealingError('There is no key to seal secrets with: set ISTHMUS_SECRET_KEYS.', 'no_key');
  }

  /** The key that seals, by its id. */
  async sealingKey(): Promise<string> {
    return (await this.first()).kid;
  }

  private async first(): Promise<SecretKey> {
    await this.learn();
    const [first] = this.keys;
    if (!first) throw new SealingError('There is no key to seal secrets with.', 'no_key');
    return first;
  }

  /** A file that cannot be read now, or holds nothing usable, is passed over: the keys known so far go on. */
  private async learn(): Promise<void> {
    const found = await this.reread?.().catch(() => []);
    if (found && found.length > 0) this.keys = found;
  }

  async seal(plain: string, place: SealedPlace): Promise<string> {
    const first = await this.first();
    return new CompactEncrypt(new TextEncoder().encode(plain))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: first.kid, table: place.table, column: place.column, row: place.row })
      .encrypt(first.key);
  }

  /** @throws SealingError when the key is not among ours, the value was changed, or it belongs elsewhere. */
  async open(sealed: string, place: SealedPlace): Promise<string> {
    const where = `${place.table}.${place.column} of ${place.row}`;
    const kid = keyIdOf(sealed);
    if (kid === undefined) throw new SealingError(`The secret in ${where} is not a sealed value: enter it again.`, 'not_sealed');
    if (!this.keys.some((known) => known.kid === kid)) await this.learn();
    const key = this.keys.find((known) => known.kid === kid);
    if (!key) {
      throw new SealingError(
        `The secret in ${where} was sealed with key "${kid}", which is not among ISTHMUS_SECRET_KEYS (${this.keys.map((known) => known.kid).join(', ')}): add that key again.`,
        'no_key',
      );
    }
    try {
      const { plaintext, protectedHeader } = await compactDecrypt(sealed, key.key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      const { table, column, row } = protectedHeader as Partial<SealedPlace>;
      if (table !== place.table || column !== place.column || row !== place.row) {
        throw new SealingError(
          `The secret in ${where} was sealed for another place (${table}.${column} of ${row}): enter it again.`,
          'elsewhere',
        );
      }
      return new TextDecoder().decode(plaintext);
    } catch (error) {
      if (error instanceof errors.JOSEError) {
        throw new SealingError(
          `The secret in ${where} cannot be opened with key "${kid}": it was changed, or the key is another one of that name.`,
          'does_not_open',
        );
      }
      throw error;
    }
  }
}

/** The id of the key that a value was sealed with; undefined when it is no sealed value. */
export function keyIdOf(sealed: string): string | undefined {
  try {
    const { kid } = decodeProtectedHeader(sealed);
    return typeof kid === 'string' ? kid : undefined;
  } catch {
    return undefined;
  }
}
