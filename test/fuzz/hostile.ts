import fc from 'fast-check';

/** Stands for a number that JSON can write and a double cannot hold. */
export const HUGE = '@@1e999@@';

const INJECTIONS = [
  "' OR 1=1 --",
  "'; DROP TABLE tenants; --",
  "\\'; SELECT pg_sleep(60); --",
  '$1',
  '%',
  '_%\\',
  '\\',
  '"',
  '{}',
  '{"$ne":null}',
  '${7*7}{{7*7}}',
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  'file:///etc/passwd',
  'http://169.254.169.254/latest/meta-data',
  'javascript:alert(1)',
  '\r\nSet-Cookie: a=b',
  '(((((',
  '*',
];

const ODD_TEXTS = [
  '',
  ' ',
  '\t\n',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'a\udfff',
  '\u202egnp.exe',
  '\ufeff',
  '\u0130\u0131\u00df',
  '\ud83d\ude00'.repeat(200),
  'x'.repeat(10_000),
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  'true',
  '-0',
  '-1',
  '0x10',
  '1e309',
  '9'.repeat(30),
  '1.5',
  '\u0663',
  '2026-02-30',
  '+275760-09-13T00:00:00.001Z',
  '-000001-01-01T00:00:00Z',
  '25:61',
  '00000000-0000-0000-0000-000000000000',
];

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

/** Texts that have broken programs. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...INJECTIONS) },
  { weight: 3, arbitrary: fc.constantFrom(...ODD_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);

/** Values of any kind, to stand where another kind is wanted. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  {
    weight: 3,
    arbitrary: fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -1,
      1.5,
      2 ** 31,
      2 ** 53,
      -(2 ** 63),
      1e308,
      5e-324,
      HUGE,
      [],
      {},
      [null],
      [[]],
      [HUGE],
      { $ne: null },
      { toString: 1, valueOf: null },
      { length: -1 },
      nested(15),
      nested(40),
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** Query strings that are not even well-formed, and some that are and should not be. */
export const hostileQuery: fc.Arbitrary<string> = fc.constantFrom(
  '%',
  '%zz=1',
  'a=%00',
  'a=%ed%a0%80',
  'a=%ff%fe',
  '=',
  '&&&=&',
  '__proto__=1',
  '__proto__[x]=1',
  'constructor[prototype][x]=1',
  'a[]=1&a[]=2',
  'limit[$gt]=1',
  'limit=1;offset=2',
  'limit=1&limit=2',
  'x'.repeat(4000),
);

/** Bodies that are no object, or no JSON. */
export const hostileBody: fc.Arbitrary<string> = fc.constantFrom(
  '',
  'null',
  '[]',
  '[{}]',
  '"text"',
  '7',
  'true',
  '1e999',
  '{',
  '{"a":}',
  '{}{}',
  '\u0000',
  '\ufeff{}',
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"":1}',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  `{"name":"${'x'.repeat(1_100_000)}"}`,
);

/** Written into a body behind its first brace. */
export const pollution: fc.Arbitrary<string> = fc.constantFrom(
  '"__proto__":{"polluted":1}',
  '"constructor":{"prototype":{"polluted":1}}',
  '"constructor":1',
  '"prototype":{}',
  '"toString":null',
  '"hasOwnProperty":1',
  '"\\u005f_proto__":{"polluted":1}',
);
