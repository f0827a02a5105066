import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PICTURES } from './e2e/pictures.js';

const ROOT = resolve(import.meta.dirname, '..', '..');
const NAMES = Object.keys(PICTURES);

describe("the README's guide to the page", () => {
  it('shows every picture that the browser tests take, and no other', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const shown = [...readme.matchAll(/docs\/screenshots\/([\w-]+)\.png/g)].map(([, name]) => name);
    const taken = Object.entries(PICTURES).flatMap(([name, looks]) => (looks === 'both' ? [name, `${name}-dark`] : [name]));
    expect([...new Set(shown)].sort()).toEqual(taken.sort());
  });

  it('has pictures that some browser test takes', () => {
    const folder = join(ROOT, 'test', 'e2e');
    const tests = readdirSync(folder).filter((file) => file.endsWith('.e2e.ts'));
    const text = tests.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
    const named = [...text.matchAll(/picture\('([\w-]+)'/g)].map(([, name]) => name);
    // Of several screens in a row each is called as its address is.
    const looped = text.includes('picture(path)') ? [...text.matchAll(/\['([\w-]+)', '[^']+'\],/g)].map(([, name]) => name) : [];
    expect(NAMES.filter((name) => !named.includes(name) && !looped.includes(name))).toEqual([]);
  });
});
