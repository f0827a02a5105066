import type { Pace } from '../egress/index.js';
import * as read from './read.js';
import type { WireRecord } from './wire.js';
import type { WriteOutcome } from './write-outcome.js';

/** How one update ended; `shown` is the record as the answer showed it, if it did. */
export type UpdateOutcome<T> = { kind: 'stored'; shown?: T } | { kind: 'failed'; message: string };

/** One update: the id it is for, and the record to send. */
export interface Update {
  id: string;
  wire: object;
}

/** Whether a PSA was seen to take arrays of a kind of record, or to refuse them for being arrays. */
export interface ArraysTaken {
  taken?: boolean;
}

export interface UpdateParts<T> {
  /** Posts one array. */
  post: (records: object[]) => Promise<WriteOutcome<WireRecord>>;
  translate: (row: WireRecord) => T | undefined;
  /** Records in one array. */
  batch: number;
  /** What is known of arrays; kept from one call to the next. */
  arrays: ArraysTaken;
  pace: Pace;
  signal?: AbortSignal;
}

/** Times an update without a clear end is sent again: its values are absolute, so that does no harm. */
const REPEATS = 2;
const REPEAT_WAIT_MS = 2000;
/** Halvings, in one call of `sendUpdates`, of arrays that ended without a clear answer: one poisoned record is found, a dead server left alone. */
const BLIND_HALVINGS = 16;

/**
 * Sends updates in arrays. A refused array is halved until the bad record stands alone and fails by itself. Where a refused pair's records
 * both pass alone, and no array was ever taken, it was refused for being an array: then each record is sent alone from the start.
 */
export async function sendUpdates<T>(updates: Update[], parts: UpdateParts<T>): Promise<Map<string, UpdateOutcome<T>>> {
  const outcomes = new Map<string, UpdateOutcome<T>>();
  let halvingsLeft = BLIND_HALVINGS;

  const { arrays } = parts;
  const settle = async (chunk: Update[]): Promise<void> => {
    if (chunk.length > 1 && arrays.taken === false) {
      for (const update of chunk) await settle([update]);
      return;
    }
    const outcome = await posted(chunk, parts);
    if (outcome.kind === 'stored') {
      if (chunk.length > 1) arrays.taken = true;
      return attribute(chunk, outcome.shown, parts, outcomes);
    }
    // Permission and throttles concern the call, not a record in it.
    const hopeless = outcome.kind === 'refused' ? [401, 403, 429].includes(outcome.status) : halvingsLeft === 0;
    if (chunk.length === 1 || hopeless) {
      for (const { id } of chunk) outcomes.set(id, { kind: 'failed', message: outcome.message });
      return;
    }
    if (outcome.kind === 'unclear') halvingsLeft -= 1;
    const middle = Math.ceil(chunk.length / 2);
    await settle(chunk.slice(0, middle));
    await settle(chunk.slice(middle));
    const bothAlone = chunk.length === 2 && chunk.every(({ id }) => outcomes.get(id)?.kind === 'stored');
    if (outcome.kind === 'refused' && bothAlone) arrays.taken ??= false;
  };

  for (let start = 0; start < updates.length; start += parts.batch) await settle(updates.slice(start, start + parts.batch));
  return outcomes;
}

async function posted<T>(chunk: Update[], { post, pace, signal }: UpdateParts<T>): Promise<WriteOutcome<WireRecord>> {
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await post(chunk.map(({ wire }) => wire));
    if (outcome.kind !== 'unclear' || attempt === REPEATS) return outcome;
    await pace.sleep(REPEAT_WAIT_MS * 2 ** attempt, signal);
  }
}

/** Gives each update what the answer showed of it. An id that was not sent means that Halo inserted instead of updating. */
function attribute<T>(chunk: Update[], rows: WireRecord[], parts: UpdateParts<T>, outcomes: Map<string, UpdateOutcome<T>>): void {
  const sent = new Set(chunk.map(({ id }) => id));
  for (const { id } of chunk) outcomes.set(id, { kind: 'stored' });
  rows.forEach((row, index) => {
    const shownId = read.id(row['id']);
    if (shownId === undefined) return;
    if (sent.has(shownId)) {
      if (outcomes.get(shownId)?.kind === 'stored') outcomes.set(shownId, { kind: 'stored', shown: parts.translate(row) });
      return;
    }
    // An answer shows all records in order, or the last one alone.
    const meant = rows.length === chunk.length ? chunk[index] : chunk.at(-1);
    if (meant === undefined) return;
    const message = `HaloPSA made a new record (${shownId}) instead of changing ${meant.id}: it is probably gone. Look at both in Halo.`;
    outcomes.set(meant.id, { kind: 'failed', message });
  });
}
