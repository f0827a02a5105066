import { CompactEncrypt, compactDecrypt, decodeProtectedHeader, errors } from 'jose';
import type { SecretKey } from '../config.js';

/** Where a sealed value belongs. Opening it anywhere else fails, so that one secret cannot be passed off as another. */
export interface SealedPlace {
  table: string;
  column: string;
  /** The id of the row. */
  row: string;
}

/** A sealed value that cannot be opened; the message says what is missing or wrong, never what was sealed. */
export class SealingError extends Error {
  override readonly name = 'SealingError';
}

/** Seals secrets at rest as compact JWE (direct A256GCM, key id in the header). */
export class Sealer {
  /** @param keys The first one seals; all of them open. */
  constructor(private readonly keys: readonly SecretKey[]) {
    if (keys.length === 0) throw new SealingError('There is no key to seal secrets with: set ISTHMUS_SECRET_KEYS.');
  }

  async seal(plain: string, place: SealedPlace): Promise<string> {
    const [first] = this.keys;
    if (!first) throw new SealingError('There is no key to seal secrets with.');
    return new CompactEncrypt(new TextEncoder().encode(plain))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: first.kid, table: place.table, column: place.column, row: place.row })
      .encrypt(first.key);
  }

  /** @throws SealingError when the key is not among ours, the value was changed, or it belongs elsewhere. */
  async open(sealed: string, place: SealedPlace): Promise<string> {
    const where = `${place.table}.${place.column} of ${place.row}`;
    const kid = keyId(sealed, where);
    const key = this.keys.find((candidate) => candidate.kid === kid);
    if (!key) {
      throw new SealingError(
        `The secret in ${where} was sealed with key "${kid}", which is not among ISTHMUS_SECRET_KEYS (${this.keys.map((known) => known.kid).join(', ')}): add that key again.`,
      );
    }
    try {
      const { plaintext, protectedHeader } = await compactDecrypt(sealed, key.key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      const { table, column, row } = protectedHeader as Partial<SealedPlace>;
      if (table !== place.table || column !== place.column || row !== place.row) {
        throw new SealingError(`The secret in ${where} was sealed for another place (${table}.${column} of ${row}): enter it again.`);
      }
      return new TextDecoder().decode(plaintext);
    } catch (error) {
      if (error instanceof errors.JOSEError) {
        throw new SealingError(
          `The secret in ${where} cannot be opened with key "${kid}": it was changed, or the key is another one of that name.`,
        );
      }
      throw error;
    }
  }
}

function keyId(sealed: string, where: string): string {
  try {
    const { kid } = decodeProtectedHeader(sealed);
    if (typeof kid === 'string') return kid;
  } catch {
    // Falls through: what cannot be read has no key id either.
  }
  throw new SealingError(`The secret in ${where} is not a sealed value: enter it again.`);
}
