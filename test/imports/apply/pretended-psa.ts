import { createRecords, type CreateOps } from '../../../src/imports/apply/create-records.js';
import type { WriteOutcome } from '../../../src/imports/vendors.js';

/** How a pretended PSA treats one POST. */
export interface Treatment {
  /** How many records of it, from the first on, it stores. */
  stores: number;
  answer: 'stored' | 'refused' | 'unclear' | 'late';
  /** How many records a clean answer shows, from the last one back. */
  shows: number;
}

/** A PSA that stores records by key, with every wrong turn that a test wants. */
export class Psa {
  readonly stored: string[] = [];
  readonly posts: string[][] = [];
  readonly events: ['post' | 'look', readonly string[]][] = [];
  readonly settled: string[] = [];
  readonly failed = new Map<string, string>();
  /** What is noted as sent and was not carried by a call yet. */
  readonly noted = new Set<string>();
  /** What a call carried that was not noted before. */
  readonly unannounced: string[] = [];
  waited = 0;
  /** The most records of one POST, and what it takes: milliseconds for each record. */
  most = 25;
  msEach = 10;
  time = 0;
  checks = 0;

  constructor(
    private readonly treat: (items: readonly string[], nth: number) => Treatment,
    /** Records that are stored but never listed. */
    private readonly hidden: ReadonlySet<string> = new Set(),
  ) {}

  ops(): CreateOps<string, string> {
    return {
      most: this.most,
      now: () => this.time,
      markSent: (items) => {
        for (const item of items) this.noted.add(item);
        return Promise.resolve(items);
      },
      post: (items) => Promise.resolve(this.#post(items)),
      recognise: (items, shown) => items.find((item) => item === shown),
      find: (items) => {
        this.events.push(['look', items]);
        return Promise.resolve(
          new Map(items.filter((item) => this.stored.includes(item) && !this.hidden.has(item)).map((item) => [item, item])),
        );
      },
      settle: (created) => {
        this.settled.push(...created.keys());
        return Promise.resolve();
      },
      fail: (items, message) => {
        for (const item of items) this.failed.set(item, message);
        return Promise.resolve();
      },
      wait: (ms) => {
        this.waited += ms;
        return Promise.resolve();
      },
      check: () => {
        this.checks += 1;
        return Promise.resolve();
      },
      ahead: {
        stillWanted: () => Promise.resolve(),
        takeBack: (items) => {
          for (const item of items) this.noted.delete(item);
          return Promise.resolve();
        },
      },
    };
  }

  #post(items: readonly string[]): WriteOutcome<string> {
    const { stores, answer, shows } = this.treat(items, this.posts.length);
    this.posts.push([...items]);
    this.time += items.length * this.msEach;
    this.events.push(['post', items]);
    for (const item of items) if (!this.noted.delete(item)) this.unannounced.push(item);
    this.stored.push(...items.slice(0, stores));
    if (answer === 'stored') return { kind: 'stored', shown: items.slice(Math.max(0, items.length - shows)) };
    if (answer === 'refused') return { kind: 'refused', status: 400, message: 'No.' };
    return { kind: 'unclear', message: 'Nothing came back.', late: answer === 'late' };
  }

  get sizes(): number[] {
    return this.posts.map((post) => post.length);
  }
}

export const items = (count: number): string[] => Array.from({ length: count }, (_, at) => `item ${at}`);
/** Stores everything, and shows so many. */
export const all =
  (shows: number) =>
  (of: readonly string[]): Treatment => ({ stores: of.length, answer: 'stored', shows });
/** Takes no arrays. */
export const singles = (of: readonly string[]): Treatment =>
  of.length > 1 ? { stores: 0, answer: 'refused', shows: 0 } : { stores: 1, answer: 'stored', shows: 1 };

/** Has so many records created. */
export async function create(count: number, psa: Psa): Promise<Psa> {
  await createRecords(items(count), psa.ops());
  return psa;
}
