/** Money as the marketplace writes it: a decimal string of varying scale. Sums are made with whole ten-thousandths. */

const SCALE = 10_000;

/** A number as an amount of up to four decimals without trailing zeros: `"70.5"`, `"11.3333"`, `"363"`. */
export function amount(value: number): string {
  return String(Math.round(value * SCALE) / SCALE);
}

/** Amount times quantity. */
export function times(unit: string, quantity: number): string {
  return amount((Math.round(Number(unit) * SCALE) * quantity) / SCALE);
}

export function sum(amounts: readonly string[]): string {
  return amount(amounts.reduce((total, each) => total + Math.round(Number(each) * SCALE), 0) / SCALE);
}
