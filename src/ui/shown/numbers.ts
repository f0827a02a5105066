const whole = new Intl.NumberFormat();

/** A count, in the browser's language. */
export function countText(count: number): string {
  return whole.format(count);
}

/** "1 customer", "2,000 customers". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/** An amount of money. The decimal is kept as exact as it came. */
export function moneyText(money: { amount: string; currency: string }): string {
  const decimals = money.amount.split('.')[1]?.length ?? 0;
  const form = new Intl.NumberFormat(undefined, {
    style: 'currency',
    currency: money.currency,
    minimumFractionDigits: Math.max(2, decimals),
  });
  // As a string, so that it never goes through a float.
  return form.format(money.amount as unknown as number);
}

const decimal = new Map<number, Intl.NumberFormat>();

/** A decimal as exact as it came, in the browser's language, with at least two places. */
export function amountText(amount: string): string {
  const places = Math.min(20, Math.max(2, amount.split('.')[1]?.length ?? 0));
  const form = decimal.get(places) ?? new Intl.NumberFormat(undefined, { minimumFractionDigits: places, maximumFractionDigits: places });
  decimal.set(places, form);
  // As a string, so that it never goes through a float.
  return form.format(amount as unknown as number);
}
