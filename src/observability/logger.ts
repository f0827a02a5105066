import { type DestinationStream, pino, type Logger as PinoLogger } from 'pino';
import type { LogLevel } from '../config.js';
import { redact, redactText } from './redaction.js';
import { readable } from './readable.js';

/**
 * The log. Levels: `error` means someone must act (none on a healthy day), `warn` that something heals by itself or may get
 * worse, `info` what an operator wants to know a week later, `debug` the rest.
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
