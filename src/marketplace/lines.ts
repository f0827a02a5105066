import { Big } from 'big.js';
import type { SubscriptionLine } from '../domain/index.js';
import { moneyOf } from './values.js';
import { isObject, numberOf, said, textOf } from './wire.js';

/** The name of a line whose product says neither MPN nor id. */
const UNNAMED = 'unnamed';

type UnnamedLine = Omit<SubscriptionLine, 'line'>;

/**
 * The products of a subscription as lines, sorted by name, the same whatever order they came in. No products at all are `[]`:
 * seen for reserved instances, savings plans and internal plans. Undefined when it is something other than a list of objects.
 */
export function readLines(products: unknown): SubscriptionLine[] | undefined {
  if (products === undefined || products === null) return [];
  if (!Array.isArray(products) || !products.every(isObject)) return undefined;
  return nameLines(
    products.map((product) =>
      said<UnnamedLine>({
        mpn: textOf(product.mpn),
        productId: textOf(product.id),
        manufacturer: textOf(product.vendor),
        name: textOf(product.name),
        quantity: numberOf(product.quantity),
        unitPrice: moneyOf(product.unitPrice),
        unitCost: moneyOf(product.unitCost),
        vendorSubscriptionId: textOf(product.vendorSubscriptionId),
      }),
    ),
  );
}

/** Gives each line its name: MPN, else product id, with `#2`, `#3`… for repeats in an order that does not depend on the rows'. */
function nameLines(lines: UnnamedLine[]): SubscriptionLine[] {
  const sorted = lines.toSorted((a, b) => compareText(baseOf(a), baseOf(b)) || compareRepeats(a, b));
  // Plain names come first: a product may really be called "A#2".
  const taken = new Set(sorted.map(baseOf));
  const used = new Set<string>();
  return sorted.map((line) => {
    const base = baseOf(line);
    let name = base;
    for (let n = 2; used.has(name) || (name !== base && taken.has(name)); n += 1) name = `${base}#${n}`;
    used.add(name);
    return { line: name, ...line };
  });
}

function baseOf(line: UnnamedLine): string {
  return line.mpn ?? line.productId ?? UNNAMED;
}

/**
 * By what a line keeps, and by its seats last of all: they change most often, and lines that change places are each billed at the price of
 * the other, which stands in its licence.
 */
function compareRepeats(a: UnnamedLine, b: UnnamedLine): number {
  return (
    compareText(a.productId, b.productId) ||
    compareText(a.vendorSubscriptionId, b.vendorSubscriptionId) ||
    compareAmount(a.unitPrice?.amount, b.unitPrice?.amount) ||
    compareAmount(a.unitCost?.amount, b.unitCost?.amount) ||
    compareText(a.name, b.name) ||
    (a.quantity ?? -1) - (b.quantity ?? -1)
  );
}

function compareAmount(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return new Big(a).cmp(b);
}

/** By code units, not by locale: the order must be the same on every machine. */
function compareText(a = '', b = ''): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
