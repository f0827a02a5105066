import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { createLogger } from '../../src/observability/logger.js';
import { readable } from '../../src/observability/readable.js';

const HUSH = 'hush-hush-hush';

function logged(fields: object, message = 'Something'): string {
  const lines: string[] = [];
  createLogger({ level: 'trace', destination: { write: (line) => void lines.push(line) } }).info(fields, message);
  return lines.join('');
}

describe('the log', () => {
  it.each([
    ['a password', { password: HUSH }],
    ['a nested one', { tenant: { account: [{ subscriptionKey: HUSH }] } }],
    ['headers', { headers: { Authorization: HUSH, 'Ocp-Apim-Subscription-Key': HUSH, cookie: HUSH } }],
    ['Halo secrets', { clientSecret: HUSH, webhook_secret: HUSH, iframeSecret: HUSH, access_token: HUSH }],
    ['keys as bytes', { key: Buffer.from(HUSH) }],
    ['a bearer within a text', { text: `sent Bearer ${HUSH} there` }],
    ['an address with a password', { text: `postgres://isthmus:${HUSH}@127.0.0.1:5432/x` }],
    ['a form', { text: `grant_type=x&client_secret=${HUSH}&scope=all` }],
    ['one of our tokens', { text: `isth_${HUSH}${'A'.repeat(30)}` }],
    [
      'an error of an HTTP client',
      { err: Object.assign(new Error('Refused'), { config: { headers: { x: HUSH }, data: HUSH }, request: HUSH }) },
    ],
    ['an error of the database', { err: new QueryFailedError(`SELECT $1`, [HUSH], new Error('Refused')) }],
    ['a cause', { err: new Error('Outer', { cause: Object.assign(new Error('Inner'), { response: { data: HUSH } }) }) }],
  ])('hides %s', (_what, fields) => {
    const line = logged(fields);
    expect(line).not.toContain(HUSH);
    expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it('hides secrets within its messages', () => {
    expect(logged({}, `Basic ${HUSH}`)).not.toContain(HUSH);
  });

  it('keeps what explains', () => {
    const line = logged({
      tokenId: 'abc',
      tenantId: 'def',
      count: 3,
      err: Object.assign(new Error('Refused by the PSA'), { code: 'E1', actor: 'vendor' }),
    });
    for (const kept of ['abc', 'def', '"count":3', 'Refused by the PSA', 'E1', 'vendor', '"stack"', '"level":"info"'])
      expect(line).toContain(kept);
  });

  it('bears with what goes round in circles', () => {
    const circle: Record<string, unknown> = { name: 'x' };
    circle['self'] = circle;
    expect(logged({ circle })).toContain('[deeper]');
  });
});

describe('a line for people', () => {
  it('says when, how bad and what', () => {
    expect(readable(logged({ attempt: 2 }, 'Trying again'))).toMatch(/^\d\d:\d\d:\d\d info {2}Trying again \(attempt 2\)\n$/);
    expect(readable('no JSON')).toBe('no JSON');
  });
});
