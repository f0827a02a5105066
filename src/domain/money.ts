import { Big } from 'big.js';

/** An amount as an exact decimal string in a currency (ISO 4217 code as the vendor gives it). */
export interface Money {
  amount: string;
  currency: string;
}

const CANONICAL = /^(0|-?([1-9]\d*|0(?=\.))(\.\d*[1-9])?)$/;

/**
 * The canonical form of a decimal: no exponent, no leading plus, no trailing zeros (`"70.50"` and `70.5` are both `"70.5"`).
 * Undefined for what is not a finite decimal. Exact: never goes through a float when given text.
 */
export function decimal(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  // Nearly all are canonical already, and there are many.
  const shown = String(value);
  if (CANONICAL.test(shown)) return shown;
  try {
    const text = new Big(typeof value === 'string' ? value.trim() : value).toFixed();
    return text === '-0' ? '0' : text;
  } catch {
    return undefined;
  }
}
