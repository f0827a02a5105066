import type { Problem } from './generated.js';

/** What an API route said no with, beyond RFC 9457: `importId` of an import in the way, `checks` of an account, and so on. */
export type SaidProblem = Problem & Record<string, unknown>;

/** An answer that says no, or none at all. Its message is a sentence for people. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(
    /** 0 when no answer came. */
    readonly status: number,
    message: string,
    /** Undefined when what answered was not the service. */
    readonly problem?: SaidProblem,
  ) {
    super(message);
  }

  /** What is wrong with each field, by its JSON pointer without the leading slash: `integrator/at`. */
  get fields(): Record<string, string> {
    const faults = this.problem?.errors ?? [];
    return Object.fromEntries(faults.map(({ pointer, message }) => [pointer.replace(/^\//, ''), message]));
  }
}

/** Whatever was thrown, as a problem that can be shown. */
export function asProblem(error: unknown): ProblemError {
  return error instanceof ProblemError
    ? error
    : new ProblemError(0, 'The page itself stumbled. Load it again; if that does not help, tell your administrator.');
}

/** What is wrong with each field of a group that was sent, by the field's name in it. */
export function pointedOut(error: unknown, group: string): Record<string, string> {
  const own = Object.entries(asProblem(error).fields).filter(([pointer]) => pointer.startsWith(`${group}/`));
  return Object.fromEntries(own.map(([pointer, message]) => [pointer.slice(group.length + 1), message]));
}
