import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignInLinks } from '../auth/sign-in-links.js';
import { TokenStore } from '../auth/token-store.js';
import { readConfig, type Config } from '../config.js';
import { createLogger, type Logger } from '../observability/logger.js';
import type { Services } from '../services.js';
import { untilStopped } from '../stop-signals.js';
import { Api, type DemoChange, type DemoSkip } from './api.js';
import { progressBar } from './progress.js';
import { importText, nextText, previewText } from './summary.js';

export interface DemoOptions {
  customers?: number;
  subscriptions?: number;
  seed?: number;
  /** End after the import. */
  once?: boolean;
  /** Print one JSON object instead of words. */
  json?: boolean;
}

/** The sandboxes and the service, handed in by the command: the demo itself is only a user of both. */
export interface DemoParts {
  startSandbox(options: object): Promise<{
    url: string;
    psaUrl: string;
    marketplaceUrl: string;
    credentials: { marketplace: Record<string, string>; psa: Record<string, string> };
    close(): Promise<void>;
  }>;
  startService(
    config: Config,
    options: { logger: Logger; marketplaceCallsPerSecond: number },
  ): Promise<{ url: string; services: Services; close(): Promise<void> }>;
}

interface Verification {
  result: string;
  checks: { name: string; result: string; detail: string }[];
}

/** The sandbox has no throttle, so the careful start of two calls a second would only make people wait. */
const CALLS_PER_SECOND = 400;

/**
 * Shows the main job: starts everything in a folder of its own that is taken away afterwards, connects it through the service's own
 * API, previews, imports, and tells what happened.
 */
export async function demo(options: DemoOptions, parts: DemoParts): Promise<void> {
  const say = (text: string): void => void (options.json ? process.stderr : process.stdout).write(`${text}\n`);
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    const { customers, subscriptions, seed } = options;
    const dataDir = await mkdtemp(join(tmpdir(), 'isthmus-demo-'));
    // As root the server runs as another user, who must be able to enter.
    await chmod(dataDir, 0o755);
    closers.push(() => rm(dataDir, { recursive: true, force: true }));
    if (!options.json) say('Starting a Postgres, a sandbox marketplace, a sandbox HaloPSA and the service …');
    const sandbox = await parts.startSandbox({ customers, subscriptions, seed, switches: { marketplace: { throttle: null } } });
    closers.push(() => sandbox.close());
    const config = demoConfig(dataDir, sandbox.url);
    const service = await parts.startService(config, {
      logger: createLogger({ level: config.logLevel, stream: 'stderr' }),
      marketplaceCallsPerSecond: CALLS_PER_SECOND,
    });
    closers.push(() => service.close());

    const { token } = await new TokenStore(service.services.dataSource).create({ role: 'owner', psaInstanceId: null, name: 'demo' });
    const api = new Api(service.url, token);
    const { id: psaInstanceId } = await api.call<{ id: string }>('POST', '/psa-instances', {
      name: 'Sandbox HaloPSA',
      ...sandbox.credentials.psa,
    });
    const checked = await api.call<Verification>('POST', `/psa-instances/${psaInstanceId}/verify`);
    const { id: tenantId } = await api.call<{ id: string }>('POST', '/tenants', {
      psaInstanceId,
      name: 'Sandbox marketplace',
      ...sandbox.credentials.marketplace,
    });
    if (!options.json)
      say(
        `Connected: ${checked.checks.filter((check) => check.result === 'ok').length} checks of HaloPSA hold, the marketplace's credentials work.`,
      );

    const run = async (preview: boolean) => {
      const began = performance.now();
      const bar = progressBar(preview ? 'Preview' : 'Import', process.stderr);
      const done = await api.import(tenantId, preview, (running) => bar.follow(running)).finally(() => bar.stop());
      return { done, seconds: (performance.now() - began) / 1000 };
    };
    const preview = await run(true);
    if (!options.json) say(previewText(preview.done, preview.seconds));
    const real = await run(false);
    const addresses = { serviceUrl: service.url, psaUrl: sandbox.psaUrl, marketplaceUrl: sandbox.marketplaceUrl };
    if (options.json) {
      process.stdout.write(
        `${JSON.stringify({ ...addresses, psaInstanceId, tenantId, token, preview: preview.done, import: real.done })}\n`,
      );
    } else {
      const summary = {
        ...addresses,
        preview: preview.done,
        import: real.done,
        changes: await api.all<DemoChange>(`/imports/${real.done.id}/changes?action=create&entity=licence`),
        skips: await api.all<DemoSkip>(`/imports/${real.done.id}/skips`),
        seconds: { preview: preview.seconds, import: real.seconds },
        tenantId,
        token,
        signInLink: await new SignInLinks(service.services.dataSource).create(service.url),
      };
      say(importText(summary));
      say(nextText(summary, !options.once));
    }
    if (!real.done.state.startsWith('succeeded')) process.exitCode = 1;
    if (!options.once) await untilStopped(close);
  } finally {
    await close();
  }
}

/** The environment's settings but for what would touch a real installation: the database, the data directory and the port. */
function demoConfig(dataDir: string, sandboxUrl: string): Config {
  const { databaseUrl: _databaseUrl, publicUrl: _publicUrl, secretKeys: _secretKeys, ...config } = readConfig();
  return {
    ...config,
    dataDir,
    role: 'all',
    host: '127.0.0.1',
    port: 0,
    egressAllow: [new URL(sandboxUrl).host],
    logLevel: process.env['LOG_LEVEL'] ? config.logLevel : 'warn',
  };
}
