/** Longer than a stop waits for what is under way, shorter than most supervisors wait before they kill: half a minute. */
const PATIENCE_MS = 28_000;

/** How long a process that has closed everything may take to end by itself. */
const LINGER_MS = 500;

function giveUp(): void {
  process.exit(1);
}

/**
 * Waits for SIGTERM or SIGINT, then closes; what still hangs after that, such as a call that a vendor does not answer, ends with the
 * process. A second signal, or a close that takes too long, ends it with 1.
 * @param close May fail: its error is thrown on.
 */
export async function untilStopped(close: () => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, giveUp);
  setTimeout(giveUp, PATIENCE_MS).unref();
  await close();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, giveUp);
  setTimeout(() => process.exit(), LINGER_MS).unref();
}
