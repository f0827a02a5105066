import { QueryFailedError } from 'typeorm';

/** A deadlock, or transactions that cannot be put in any order. */
const GAVE_WAY = new Set(['40P01', '40001']);

/** Whether Postgres ended a statement so that others could go on: the same may well pass the next time. */
export function gaveWay(error: unknown): boolean {
  return error instanceof QueryFailedError && GAVE_WAY.has(String((error.driverError as { code?: unknown }).code));
}
