import { describe, expect, it } from '@jest/globals';
import { marketplaces, normaliseApiUrl, normaliseMarketplace } from '../../src/marketplace/index.js';

describe('the offered marketplaces', () => {
  it("are those of Halo's guide", () => {
    expect(marketplaces.map((offered) => offered.code).sort()).toEqual(
      ['us', 'ca', 'mx', 'de', 'in', 'au', 'nz', 'mi', 'fr', 'it', 'uk', 'es'].sort(),
    );
  });

  it('say that the portal shows us as "usa"', () => {
    expect(marketplaces.find((offered) => offered.code === 'us')).toMatchObject({ portal: 'usa', enter: expect.stringContaining('usa') });
  });
});

describe('a marketplace code', () => {
  it('that is offered is taken without a remark', () => {
    for (const { code } of marketplaces) expect(normaliseMarketplace(code)).toEqual({ code, remarks: [] });
  });

  it.each([
    [' AU ', 'au', 1],
    ['usa', 'us', 1],
    ['USA', 'us', 2],
    ['br', 'br', 1],
    ['Stg', 'stg', 2],
    ['abcde', 'abcde', 1],
  ])('entered as %p is %s, and that is said', (input, code, remarks) => {
    const result = normaliseMarketplace(input);
    expect(result).toMatchObject({ code, remarks: { length: remarks } });
  });

  it.each(['', 'u', 'abcdef', 'u1', 'us-na', 'ü', 'u s'])('cannot be %p', (input) => {
    expect(normaliseMarketplace(input)).toEqual({ error: expect.stringContaining('two to five letters') });
  });
});

describe('an API URL', () => {
  it.each([
    ['https://api.cloud.im/marketplace/na', 'https://api.cloud.im/marketplace/na'],
    ['  https://api.cloud.im/marketplace/eu// ', 'https://api.cloud.im/marketplace/eu'],
    ['https://api.cloud.im/Some/Path', 'https://api.cloud.im/Some/Path'],
    ['http://127.0.0.1:8080/marketplace/na/', 'http://127.0.0.1:8080/marketplace/na'],
  ])('%p is kept as %p', (input, url) => {
    expect(normaliseApiUrl(input)).toEqual({ url });
  });

  it.each([
    '',
    '  ',
    'api.cloud.im/marketplace/na',
    'ftp://api.cloud.im',
    'https://',
    'https://a:b@api.cloud.im/x',
    'https://api.cloud.im/x?y=1',
    'https://api.cloud.im/x#y',
    'https://api.cloud.im/a b',
  ])('cannot be %p', (input) => {
    expect(normaliseApiUrl(input)).toEqual({ error: expect.stringContaining('https://api.cloud.im/marketplace/na') });
  });
});
