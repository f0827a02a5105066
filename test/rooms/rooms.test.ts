import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

/** The sources as compiled: type-only imports are gone from them, and those of values are what ties rooms together. */
const ROOT = resolve(import.meta.dirname, '..', '..');
const SRC = join(ROOT, 'src');

interface Import {
  file: string;
  room: string;
  /** A room of ours, `entities`, `migrations`, or a package with a leading colon. */
  target: string;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.js'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The folder below `src`, or the file's own name when it lies in `src` itself. */
function roomOf(path: string): string {
  const [first, ...rest] = relative(SRC, path).split('/');
  if (first === '..') return rest[0]!;
  return rest.length === 0 ? first!.replace(/\.js$/, '') : first!;
}

const imports: Import[] = filesBelow(SRC).flatMap((file) => {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:^|\n)\s*(?:import|export)\s[^'";]*?from\s*'([^']+)'|(?:^|\n)import\s*'([^']+)'|\bimport\('([^']+)'\)/g)].map(
    (match) => {
      const target = (match[1] ?? match[2] ?? match[3])!;
      return {
        file: relative(ROOT, file),
        room: roomOf(file),
        target: target.startsWith('.') ? roomOf(resolve(dirname(file), target)) : `:${target}`,
      };
    },
  );
});

function offenders(breaks: (one: Import) => boolean): string[] {
  return imports.filter((one) => one.target !== one.room && breaks(one)).map((one) => `${one.file} imports ${one.target}`);
}

const ours = (one: Import): boolean => !one.target.startsWith(':');
const only =
  (room: string, allowed: readonly string[]) =>
  (one: Import): boolean =>
    one.room === room && ours(one) && !allowed.includes(one.target);

/** What the page's sources import, read as they are written: a bundler compiles them. */
const UI = join(ROOT, '..', 'src', 'ui');
const pageImports = readdirSync(UI, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(tsx?|mjs)$/.test(entry.name))
  .flatMap((entry) => {
    const file = join(entry.parentPath, entry.name);
    const specifiers = readFileSync(file, 'utf8').matchAll(/(?:from\s*|import\s*\(?\s*)['"]([^'"]+)['"]/g);
    return [...specifiers].map((match) => ({ file: relative(UI, file), target: match[1]! }));
  });

describe('Which way imports run', () => {
  it('ui imports nothing of the service, and what it knows of the API is made from the OpenAPI document', () => {
    expect(pageImports.length).toBeGreaterThan(50);
    const outside = pageImports.filter(
      ({ file, target }) => target.startsWith('.') && relative(UI, resolve(UI, dirname(file), target)).startsWith('..'),
    );
    expect(outside).toEqual([]);
  });

  it('is read from real files', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  it.each<[string, (one: Import) => boolean]>([
    ['domain imports nothing of ours', only('domain', [])],
    ['egress imports nothing of ours', only('egress', [])],
    ['marketplace imports domain and egress alone', only('marketplace', ['domain', 'egress'])],
    ['psa imports domain and egress alone', only('psa', ['domain', 'egress'])],
    [
      'imports knows the vendors only through interfaces of its own',
      (one) => one.room === 'imports' && ['marketplace', 'psa', 'sandbox', 'connect'].includes(one.target),
    ],
    ['planning files import domain alone', (one) => one.file.startsWith('src/imports/plan/') && one.target !== 'domain'],
    ['nothing imports ui', (one) => one.target === 'ui'],
    ['sandbox imports nothing of ours', only('sandbox', [])],
    ['sandbox is imported by the command line alone', (one) => one.target === 'sandbox' && one.room !== 'cli'],
    [
      'nothing imports cli, and only what is started imports main',
      (one) => one.target === 'cli' || (one.target === 'main' && !['cli', 'describe-api'].includes(one.room)),
    ],
    ['undici is used in egress alone', (one) => one.target === ':undici' && one.room !== 'egress'],
  ])('%s', (_rule, breaks) => {
    expect(offenders(breaks)).toEqual([]);
  });

  it('routes leave entities to services and stores', () => {
    expect(offenders((one) => one.target === 'entities' && /(^|\/)(routes|dto|[\w-]+-(dto|view))\.js$/.test(one.file))).toEqual([]);
  });
});
