import { decimal, type Money, type Period } from '../domain/index.js';
import { isObject, numberOf, textOf } from './wire.js';

/** Longer amounts are no prices, and would cost time to work with. */
const AMOUNT = /^[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})$/;
const CURRENCY = /^[A-Za-z]{3}$/;

/** `{ currency: "AUD", amount: "11.3333" }`; amounts are decimal strings of any scale. Undefined when either is unusable. */
export function moneyOf(value: unknown): Money | undefined {
  if (!isObject(value)) return undefined;
  const currency = textOf(value.currency);
  const raw = textOf(value.amount);
  if (currency === undefined || raw === undefined || !CURRENCY.test(currency)) return undefined;
  const amount = typeof value.amount === 'number' || AMOUNT.test(raw) ? decimal(raw) : undefined;
  return amount === undefined ? undefined : { amount, currency: currency.toUpperCase() };
}

/** `{ type: "month", duration: 12 }`, kept as stated. Undefined when it is not of that form. */
export function periodOf(value: unknown): Period | undefined {
  if (!isObject(value)) return undefined;
  const type = textOf(value.type);
  const duration = numberOf(value.duration);
  return type === undefined || duration === undefined ? undefined : { type, duration };
}

/** The value of a named entry of `[{ name, value }]`, as text. Undefined when absent or not text or a number. */
export function parameterOf(parameters: unknown, name: string): string | undefined {
  if (!Array.isArray(parameters)) return undefined;
  for (const parameter of parameters) {
    const value = isObject(parameter) && parameter.name === name ? textOf(parameter.value) : undefined;
    if (value !== undefined) return value;
  }
  return undefined;
}
