import { isNativeError } from 'node:util/types';
import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { DatabaseUnavailable } from './unavailable.js';

/**
 * Connection exceptions (class 08), a server that shuts down or starts (57P01 to 57P03) or ends a session that was idle for too long
 * (57P05, 25P03), and the network's own codes.
 */
const LOST = /^(08...|57P0[1235]|25P03|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** What connecting to the database failed with: by itself, such an error does not say whose connection it was about. */
const WHILE_CONNECTING = new WeakSet<object>();

/** Notes that an error is about connecting to the database. */
export function failedToConnect(error: object): void {
  WHILE_CONNECTING.add(error);
}

/** node-postgres says these without any code. */
const SAID = /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/;

/** Whether an error means that the database was out of reach, as opposed to refusing a statement. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true;
  // A connection that is lost between two statements takes its query runner with it.
  if (error instanceof QueryRunnerAlreadyReleasedError) return true;
  if (error instanceof QueryFailedError) return isLost(error.driverError);
  // Without the wrapper, only what node-postgres itself says, or met while connecting, is sure to be about the database.
  return isNativeError(error) && (SAID.test(error.message) || (('routine' in error || WHILE_CONNECTING.has(error)) && isLost(error)));
}

function isLost(cause: unknown): boolean {
  const { message = '', code, errors = [] } = (cause ?? {}) as { message?: string; code?: unknown; errors?: unknown[] };
  return SAID.test(message) || (typeof code === 'string' && LOST.test(code)) || errors.some(isLost);
}
