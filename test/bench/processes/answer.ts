interface Question {
  id: number;
  what: string;
  input: unknown;
}

/** What a process has used since it began. */
export interface Usage {
  /** User and system time, in milliseconds. */
  cpuMs: number;
  /** The most memory it ever held, in bytes. */
  peakBytes: number;
}

/**
 * Lets this process be asked by the one that started it: `ready`, `usage`, and what is given. Ends with its parent.
 * @param answers What it can be asked, each with the input that belongs to it.
 */
export function answer(answers: Record<string, (input: never) => unknown>): void {
  const known: Record<string, (input: never) => unknown> = { ready: () => true, usage, ...answers };
  process.on('disconnect', () => process.exit());
  process.on('message', ({ id, what, input }: Question) => {
    const given = async (): Promise<unknown> => {
      const found = known[what];
      if (!found) throw new Error(`there is no "${what}" to ask for`);
      return found(input as never);
    };
    given().then(
      (value) => process.send?.({ id, value }),
      (error: Error) => process.send?.({ id, error: (error.stack ?? error.message).split('\n', 3).join(' ') }),
    );
  });
}

function usage(): Usage {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpuMs: (userCPUTime + systemCPUTime) / 1000, peakBytes: maxRSS * 1024 };
}
