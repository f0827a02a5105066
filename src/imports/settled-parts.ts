/** What a part was planned from. */
export interface Print {
  digest: string;
  /** Whether what was written last is in it: it has a bearing only on what differs, and a plan that leaves nothing to do tells what does. */
  stuck: boolean;
}

/** What became of parts in which all was as it should be, by what they were planned from. */
export interface SettledParts {
  /** Whether there are any. */
  readonly any: boolean;
  /** Whether some of them rest on what was written last, too. */
  readonly anyStuck: boolean;
  /** Has of a part with this print what became of it before count again. Answers whether it could: else the part is planned. */
  repeat(print: string): Promise<boolean>;
  /** The same for all parts of the last plan, where they rest on this altogether; with false, for none. */
  repeatAll(ground: string): Promise<boolean>;
  /** Notes that every part is settled, and that they rest on this altogether. */
  allRestOn(ground: string): void;
}
