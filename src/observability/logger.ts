import { type DestinationStream, pino, type Logger as PinoLogger } from 'pino';
import type { LogLevel } from '../config.js';
import { logFields } from './log-context.js';
import { redact, redactText } from './redaction.js';
import { readable } from './readable.js';

/**
 * The log. Which level a line has:
 * - `fatal`: the process cannot go on, and ends.
 * - `error`: someone must act. There is none on a healthy day, so each may wake a person: an import failed, a request met a fault of ours.
 * - `warn`: it heals by itself, or will need someone if it goes on: the database does not answer yet, a vendor is asked again, an attempt
 *   of an import failed and another one follows.
 * - `info`: what an operator wants to know a week later: started, stopped, migrated, an import queued and ended.
 * - `debug`: single requests and calls, for finding a fault. `trace`: finer still.
 *
 * Every line about an import says `importId`, about a tenant `tenantId`, and from within a request `requestId`: by themselves, through
 * `withLogFields`, or because the line names them.
 */
export type Logger = PinoLogger;

export interface LoggerOptions {
  level: LogLevel;
  /** Where lines go; the demo keeps standard output for its own answer. Default: standard output. */
  stream?: 'stdout' | 'stderr';
  /** Instead of a stream, for tests. */
  destination?: DestinationStream;
}

/** A logger that writes one JSON object a line, or lines for people when it writes to a terminal. No secret passes it. */
export function createLogger(options: LoggerOptions): Logger {
  const stream = options.stream === 'stderr' ? process.stderr : process.stdout;
  const write = (line: string): void => void stream.write(line);
  const destination = options.destination ?? { write: stream.isTTY ? (line: string) => write(readable(line)) : write };
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: (_fields, _level, logger) => without(logFields(), logger),
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(fields) as Record<string, unknown>,
      },
      // Done by `redact`, for errors under any name.
      serializers: { err: (error: unknown) => error },
      hooks: { streamWrite: redactText },
    },
    destination,
  );
}

/** Leaves out what the logger says anyway, so that no line says it twice. What a line itself says goes before all. */
function without(fields: object, logger: { bindings(): object }): object {
  const entries = Object.entries(fields);
  if (entries.length === 0) return {};
  const said = logger.bindings();
  return Object.fromEntries(entries.filter(([name]) => !(name in said)));
}
