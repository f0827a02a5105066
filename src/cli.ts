#!/usr/bin/env node
import './compile-cache.js';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { createToken, type TokenOptions } from './auth/create-token-command.js';
import { signInLink } from './auth/sign-in-link-command.js';
import { SignInLinks } from './auth/sign-in-links.js';
import { ConfigError, readConfig } from './config.js';
import { migrate } from './database/migrate.js';
import { openDatabase } from './database/open.js';
import { rotateSecrets } from './database/rotate-secrets-command.js';
import { DatabaseUnavailable } from './database/unavailable.js';
import { createLogger } from './observability/logger.js';
import { redactText } from './observability/redaction.js';
import type { Service } from './main.js';
import { untilStopped } from './stop-signals.js';
import { version } from './version.js';

/** Exit codes, as in sysexits.h. */
const EXIT = { failure: 1, usage: 64, unavailable: 69, config: 78 };

interface Size {
  customers?: number;
  subscriptions?: number;
  seed?: number;
}

function program(): Command {
  const isthmus = new Command('isthmus')
    .description('Keeps the Ingram Micro Cloud Marketplace and HaloPSA in step.')
    .version(version)
    .allowExcessArguments(false)
    .showHelpAfterError('See isthmus --help.')
    .exitOverride();

  isthmus.command('start').description('run the service').action(start);

  isthmus.command('migrate').description("bring the database's schema up to date, then end").action(migrateOnly);

  const token = isthmus.command('token').description('tokens for the API');
  token
    .command('create')
    .description('make a token and print it, alone, on standard output')
    .addOption(new Option('--role <role>', 'what it may do').choices(['owner', 'admin', 'operator', 'viewer']).makeOptionMandatory())
    .option('--psa-instance <id>', 'the PSA instance it is for; an owner has none and sees all', uuid)
    .option('--name <name>', 'what people will know it by', name)
    .action((options: TokenOptions) => createToken(options));

  isthmus
    .command('secrets')
    .description('the stored secrets')
    .command('rotate')
    .description('seal all of them with the first key of ISTHMUS_SECRET_KEYS, while the service runs; without that setting, with a new key')
    .option('--forget-lost', 'give up those that no key opens, to be entered again')
    .action((options: { forgetLost?: boolean }) => rotateSecrets(options));

  isthmus.command('sign-in-link').description('print a link that signs an owner in: it works once, within 15 minutes').action(signInLink);

  sized(isthmus.command('sandbox').description('serve a sandbox marketplace and a sandbox HaloPSA'))
    .option('--port <n>', 'the port on 127.0.0.1', number(0, 65_535), 8090)
    .action(sandbox);

  sized(isthmus.command('demo').description('run everything once, on sandboxes'))
    .option('--once', 'end after the import instead of staying up')
    .option('--json', 'print one JSON object on standard output; the log goes to standard error')
    .action(demo);

  return isthmus;
}

async function demo(options: Size & { once?: boolean; json?: boolean }): Promise<void> {
  const [{ demo: run }, { startService }, { startSandbox }] = await Promise.all([
    import('./demo/index.js'),
    import('./main.js'),
    import('./sandbox/index.js'),
  ]);
  await run(options, { startService, startSandbox });
}

function sized(command: Command): Command {
  return command
    .option('--customers <n>', 'how many customers the sandbox has', number(1, 100_000))
    .option('--subscriptions <n>', 'how many live subscriptions it has', number(0, 1_000_000))
    .option('--seed <n>', 'the same seed gives the same data', number(0, 2 ** 31 - 1));
}

async function start(): Promise<void> {
  // Loaded here, so that --help and wrong usage answer at once.
  const { startService } = await import('./main.js');
  const config = readConfig();
  const logger = createLogger({ level: config.logLevel });
  let service: Service | undefined;
  // From the beginning: a signal that nobody waits for ends the process without closing what runs by then.
  const stopped = untilStopped(async () => {
    logger.info('Stopping');
    await service?.close();
  });
  service = await Promise.race([startService(config, { logger }), stopped.then(() => undefined)]);
  const letFirstIn = async (): Promise<void> => {
    if (!service || config.role === 'worker') return;
    const { dataSource, publicUrl } = service.services;
    const link = await new SignInLinks(dataSource).createFirst(publicUrl);
    // Not to the log, which is kept and read by others.
    if (link !== null) process.stderr.write(`Sign in within 15 minutes, once: ${link}\n`);
  };
  // `isthmus sign-in-link` makes another one.
  await Promise.all([stopped, letFirstIn().catch(() => undefined)]);
  logger.info('Stopped');
  // A call that was given up on is still under way, and would keep the process for as long as its vendor is silent.
  process.exit();
}

async function migrateOnly(): Promise<void> {
  const config = readConfig();
  const logger = createLogger({ level: config.logLevel, stream: 'stderr' });
  const database = await openDatabase(config, logger, { join: true });
  try {
    const steps = await migrate(database.dataSource, logger);
    process.stdout.write(steps.length === 0 ? 'The schema was up to date.\n' : `Ran ${steps.join(', ')}.\n`);
  } finally {
    await database.close();
  }
}

async function sandbox(options: Size & { port: number }): Promise<void> {
  const { startSandbox } = await import('./sandbox/index.js');
  const running = await startSandbox(options);
  const { url, marketplaceUrl, psaUrl, credentials } = running;
  process.stdout.write(`${JSON.stringify({ url, marketplaceUrl, psaUrl, credentials })}\n`);
  await untilStopped(() => running.close());
}

function number(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };
}

function uuid(text: string): string {
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text))
    throw new InvalidArgumentError('It must be the id of a PSA instance, a UUID.');
  return text.toLowerCase();
}

function name(text: string): string {
  if (text.trim() === '' || text.length > 200) throw new InvalidArgumentError('It must have 1 to 200 characters.');
  return text.trim();
}

/** Writes what went wrong to standard error, and says how the process should end. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) {
    // Help and version that were asked for end well; commander has written everything by now.
    return error.exitCode === 0 ? 0 : EXIT.usage;
  }
  const message = error instanceof Error ? error.message || error.name : String(error);
  // The sentences about the configuration repeat no secret, but show addresses as examples.
  process.stderr.write(`isthmus: ${error instanceof ConfigError ? message : redactText(message)}\n`);
  if (error instanceof ConfigError) return EXIT.config;
  if (error instanceof DatabaseUnavailable) return EXIT.unavailable;
  return EXIT.failure;
}

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
