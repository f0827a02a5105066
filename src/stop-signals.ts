/** Longer than a stop waits for what is under way, shorter than most supervisors wait before they kill: half a minute. */
const PATIENCE_MS = 28_000;

function giveUp(): void {
  process.exit(1);
}

/**
 * Waits for SIGTERM or SIGINT, then closes. A second signal, or a close that takes too long, ends the process with 1.
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
}
