/** Calls under way at once; how fast they go is the budget's to say. Each has a connection, which takes as long to make as a call or two. */
const AT_ONCE = 10;
const CALLS_FOR_A_CONNECTION = 2;
/** Records are stored once so many wait, so that a crash costs few calls; while a batch is stored, the next one gathers. */
const BATCH = 25;
/** So many batches are stored at once, the second one when so many records wait: one connection takes longer to store than ten to read. */
const STORED_AT_ONCE = 2;
const WORTH_ANOTHER = 100;
/** So many wait at most: then nothing more is read until the database has caught up. */
const MOST_WAITING = 500;

export interface ReadManyOps<Wanted, Answer> {
  read(wanted: Wanted): Promise<Answer>;
  /** Keeps what was read, each once; what is not worth keeping is for it to leave out. */
  store(batch: readonly { wanted: Wanted; answer: Answer; readAt: Date }[]): Promise<void>;
  /** So many have been read. */
  done(count: number): Promise<void>;
  now(): number;
}

/**
 * Reads one record for each of these ids or rows, several at once, storing them as they come, and holds none that is stored. Ends at the first error, once what
 * was under way has ended.
 */
export async function readMany<Wanted, Answer>(all: readonly Wanted[], ops: ReadManyOps<Wanted, Answer>): Promise<void> {
  let count = 0;
  const waiting = all.toReversed();
  let unstored: { wanted: Wanted; answer: Answer; readAt: Date }[] = [];
  let failure: { error: unknown } | undefined;
  const stopped = (): boolean => failure !== undefined;
  const flush = async (): Promise<void> => {
    const batch = unstored;
    unstored = [];
    if (batch.length > 0) await ops.store(batch);
  };
  const storing = new Set<Promise<void>>();
  const store = async (): Promise<void> => {
    try {
      while (unstored.length >= BATCH && !stopped()) await flush();
    } catch (error) {
      failure ??= { error };
    }
  };
  const storeSome = (): void => {
    if (storing.size === STORED_AT_ONCE || unstored.length < (storing.size === 0 ? BATCH : WORTH_ANOTHER)) return;
    const over = store().then(() => void storing.delete(over));
    storing.add(over);
  };
  const reader = async (): Promise<void> => {
    try {
      for (let wanted = waiting.pop(); wanted !== undefined && !stopped(); wanted = waiting.pop()) {
        const answer = await ops.read(wanted);
        count += 1;
        unstored.push({ wanted, answer, readAt: new Date(ops.now()) });
        storeSome();
        if (unstored.length >= MOST_WAITING) await Promise.race(storing);
        await ops.done(count);
      }
    } catch (error) {
      failure ??= { error };
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, Math.ceil(all.length / CALLS_FOR_A_CONNECTION)) }, reader));
  await Promise.all(storing);
  // What was read is kept even if the rest could not be: the next attempt reads only what is missing.
  if (failure) await flush().catch(() => undefined);
  else await flush();
  if (failure) throw (failure as { error: unknown }).error;
}
