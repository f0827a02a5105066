import type { Random } from './random.js';
import { FAMILY, FANCY, LEGAL, TRADE } from './words.js';

/** Names that have broken importers before: markup, quotes, formulas, both forms of an accent, other scripts, emoji, great length. */
export const AWKWARD_NAMES: readonly string[] = [
  'Café Rivière',
  'Pâtisserie Crème Brûlée'.normalize('NFD'),
  "O'Malley Daughters, Inc.",
  'The "Corner" Bookshop',
  '<b>Bold</b> Signage LLC',
  '=1+1 Bookkeeping',
  'Rocket 🚀 Propulsion',
  'Ben & Björn Interiors',
  'Zażółć Gęślą Textiles',
  'Quinn’s (West) Apothecary',
  '東京 Trading USA',
  '100% Pure; Water/Ice, Co.',
  "Robert'); Supplies",
  '+44 Telecom Resale',
  '@Home Caregivers',
  'Null & Void LLC',
  'Regional Association of Independent Agricultural Cooperatives, Grain Elevators and Rural Electric Providers of the Upper Great Plains',
  'A1',
];

const LEGAL_WORDS = /\b(llc|inc|incorporated|corp|corporation|ltd|limited|co|company|pllc|gmbh|pty|llp)\b/g;

/** A name without everything that two different companies might be confused by: case, accents, punctuation, legal form, order. */
export function looseForm(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ');
  return plain.replaceAll(LEGAL_WORDS, ' ').split(' ').filter(Boolean).sort().join(' ');
}

/** Makes company names of which no two look alike even loosely, so that a match is only ever where one was intended. */
export class CompanyNames {
  readonly #taken = new Set<string>(AWKWARD_NAMES.map(looseForm));
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): string {
    for (;;) {
      const name = this.#compose();
      const loose = looseForm(name);
      if (this.#taken.has(loose)) continue;
      this.#taken.add(loose);
      return name;
    }
  }

  #compose(): string {
    const random = this.#random;
    const trade = random.pick(TRADE);
    const core = random.pick([
      () => `${random.pick(FAMILY)} ${trade}`,
      () => `${random.pick(FAMILY)} ${trade}`,
      () => `${random.pick(FANCY)} ${trade}`,
      () => `${random.pick(FANCY)} ${trade}`,
      () => `${random.pick(FAMILY)} & ${random.pick(FAMILY)} ${trade}`,
      () => `${random.pick(FANCY)} ${random.pick(FAMILY)} ${trade}`,
    ])();
    const legal = random.pick(LEGAL);
    if (legal === '') return core;
    return random.chance(0.3) ? `${core}, ${legal}` : `${core} ${legal}`;
  }
}

/** The same name in another case or with other spacing: still exactly the same company. */
export function otherwiseSpelled(name: string, random: Random): string {
  return random.pick([
    () => name.toUpperCase(),
    () => name.toLowerCase(),
    () => ` ${name} `,
    () => name.replaceAll(' ', '  '),
    () => `${name.toUpperCase()} `,
  ])();
}

/** The name with another legal form, punctuation or word order: likely, but not certainly, the same company. */
export function looselySpelled(name: string, random: Random): string {
  const bare = name.replace(/,? (LLC|Inc\.?|Corp\.|Ltd|Co\.|PLLC|GmbH|Pty Ltd|LLP)$/, '');
  if (bare !== name) return random.pick([bare, `${bare} ${name.endsWith('Ltd') ? 'Inc.' : 'Ltd'}`, `${bare}, Incorporated`]);
  const words = name.split(' ');
  const reordered = `${words.slice(1).join(' ')}, ${words[0]}`;
  return random.pick([`${name} Inc.`, `${name} LLC`, `${name} GmbH`, `${name} Pty Ltd`, `${name}.`, name.replaceAll(' ', '-'), reordered]);
}
