import { QueryFailedError } from 'typeorm';

/** Whether a statement failed because of this unique index. */
export function violates(error: unknown, index: string): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const { code, constraint } = error.driverError as { code?: unknown; constraint?: unknown };
  return code === '23505' && constraint === index;
}
