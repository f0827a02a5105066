import { readFileSync } from 'node:fs';

/** The version of Isthmus, from its package.json: two folders above the compiled file. */
export const version: string = (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string })
  .version;
