import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '..', '..');

it('SECURITY.md names only files that are there', () => {
  const page = readFileSync(join(ROOT, 'src', 'SECURITY.md'), 'utf8');
  const named = [...page.matchAll(/`((?:src|test)\/[\w./-]+)`/g)].map((match) => match[1] ?? '');
  expect(named.length).toBeGreaterThan(60);
  const there = (path: string): boolean => existsSync(join(ROOT, path)) || existsSync(join(ROOT, `${path}.test.ts`));
  expect([...new Set(named)].filter((path) => !there(path))).toEqual([]);
});
