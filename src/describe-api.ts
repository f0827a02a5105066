import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import Fastify from 'fastify';
import type { Feature } from './app.js';
import { FEATURES } from './main.js';
import { openApi } from './http/openapi.js';
import type { Services } from './services.js';

/** The OpenAPI document of some features, without a database or anything else that runs: declaring routes asks for nothing. */
export async function describeApi(features: readonly Feature[] = FEATURES): Promise<Record<string, unknown>> {
  const app = Fastify();
  await app.register(openApi);
  await app.register(
    (api, _options, done) => {
      for (const feature of features) feature(api, {} as Services);
      done();
    },
    { prefix: '/api/v1' },
  );
  await app.ready();
  return app.openApi.build();
}

/** `node describe-api.js FILE`, a step of the build: the page's types are made from that file. */
const [, program, file] = process.argv;
if (program === import.meta.filename && file !== undefined) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(await describeApi()));
}
