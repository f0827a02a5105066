import { describe, expect, it } from '@jest/globals';
import { readTabQuery } from '../../../src/auth/embed/tab-query.js';

/** The query as it reaches us when Halo puts a client's name into the address and a browser goes there. */
function arriving(area: string): string {
  return new URL(`https://isthmus.example.com/auth/embed/1?agentId=7&hmac=abc=&area=${area}`).search.slice(1);
}

describe('the address of a tab', () => {
  it.each([
    'Contoso',
    'A & B',
    'A & agentId=1&hmac=x',
    'A=B',
    'a?b',
    '  Contoso  '.trim(),
    'Müller & Söhne GmbH',
    '日本 株式会社',
    '100% Cloud',
    '100%25 Cloud',
    'C+ Cloud',
    'Say "hi" <b>',
    "O'Brien",
    'semi;colon, comma',
  ])('names the client %j, which nobody escaped', (name) => {
    const query = readTabQuery(arriving(name));
    expect(query).toMatchObject({ agentId: '7', hmac: 'abc=' });
    expect(query?.areas).toContain(name);
  });

  it('names a client that was escaped as forms are', () => {
    expect(readTabQuery('agentId=7&hmac=abc&area=A+%26+B%2B')?.areas).toContain('A & B+');
  });

  it('reads a name that begins like an escape as it is, too', () => {
    expect(readTabQuery('agentId=7&hmac=abc&area=50%25')?.areas).toEqual(['50%', '50%25']);
    expect(readTabQuery('agentId=7&hmac=abc&area=50%')?.areas).toEqual(['50%']);
  });

  it('never lets a client’s name speak for the agent', () => {
    expect(readTabQuery(arriving('x&agentId=1&hmac=stolen'))).toMatchObject({ agentId: '7', hmac: 'abc=' });
    expect(readTabQuery('area=x&agentId=1&hmac=stolen')).toBeNull();
    expect(readTabQuery('agentId=7&area=x&hmac=stolen')).toBeNull();
  });

  it('has each of agent and signature once', () => {
    expect(readTabQuery('agentId=7&hmac=a')).toEqual({ agentId: '7', hmac: 'a', areas: [] });
    for (const raw of [
      '',
      'agentId=7',
      'hmac=a',
      'agentId=7&agentId=8&hmac=a',
      'agentId=7&hmac=a&hmac=b',
      'agentid=7&hmac=a',
      'agentId&hmac',
    ]) {
      expect(readTabQuery(raw)).toBeNull();
    }
  });

  it('keeps plus and percent of the signature', () => {
    expect(readTabQuery('agentId=7&hmac=a+b/c=')).toMatchObject({ hmac: 'a+b/c=' });
    expect(readTabQuery('agentId=7&hmac=a%2Bb%2Fc%3D')).toMatchObject({ hmac: 'a+b/c=' });
    expect(readTabQuery('agentId=7&hmac=a%20b')).toMatchObject({ hmac: 'a b' });
  });

  it('names no client where Halo filled nothing in, or far too much', () => {
    for (const area of ['', ' ', '$AREA', 'x'.repeat(1001)]) expect(readTabQuery(`agentId=7&hmac=a&area=${area}`)?.areas).toEqual([]);
  });
});
