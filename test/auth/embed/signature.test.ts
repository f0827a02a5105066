import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { signatureHolds } from '../../../src/auth/embed/signature.js';

/** RFC 4231, test cases 1 and 2: key, text, HMAC-SHA256 in hex. */
const PUBLISHED: [Buffer, string, string][] = [
  [Buffer.alloc(20, 0x0b), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  [Buffer.from('Jefe'), 'what do ya want for nothing?', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
];

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
const sign = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('base64');

/** Agents whose signature under this secret holds the awkward characters. */
const SECRET = 'the-secret-of-the-tab';
const withPlus = agentWith('+');
const withSlash = agentWith('/');

function agentWith(character: string): string {
  const found = Array.from({ length: 1000 }, (_none, index) => `${index + 1}`).find((agent) => sign(SECRET, agent).includes(character));
  if (found === undefined) throw new Error(`no signature holds ${character}`);
  return found;
}

describe('a signature of Halo', () => {
  it.each(PUBLISHED)('is HMAC-SHA256 in base64 (%#)', (key, text, hex) => {
    expect(signatureHolds(key.toString('latin1'), text, base64(hex))).toBe(true);
  });

  it('holds with a space where the plus was, and in the form for addresses', () => {
    for (const agent of [withPlus, withSlash]) {
      const signature = sign(SECRET, agent);
      const forms = [
        signature,
        signature.replaceAll('+', ' '),
        signature.replaceAll('+', '-').replaceAll('/', '_'),
        signature.replace('=', ''),
      ];
      for (const form of forms) expect(signatureHolds(SECRET, agent, form)).toBe(true);
    }
  });

  it.each<[string, string]>([
    ['of another agent', sign(SECRET, '8')],
    ['of the same number, written otherwise', sign(SECRET, '07')],
    ['under another secret', sign('another', '7')],
    ['in hex', createHmac('sha256', SECRET).update('7').digest('hex')],
    ['by another hash', createHmac('sha512', SECRET).update('7').digest('base64')],
    ['cut by one byte', sign(SECRET, '7').slice(0, -4)],
    ['with a byte more', `${sign(SECRET, '7').slice(0, -1)}AAA`],
    ['with its last character left out', sign(SECRET, '7').slice(0, -2)],
    ['of nothing', ''],
    ['of 32 zeros', Buffer.alloc(32).toString('base64')],
    ['that is not base64', '*'.repeat(44)],
    ['that is very long', 'A'.repeat(100_000)],
  ])('does not hold %s', (_what, given) => {
    expect(signatureHolds(SECRET, '7', given)).toBe(false);
  });

  it('does not hold when one bit is another', () => {
    const right = createHmac('sha256', SECRET).update('7').digest();
    for (let bit = 0; bit < 256; bit += 1) {
      const wrong = Buffer.from(right);
      wrong[bit >> 3] = (wrong[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(signatureHolds(SECRET, '7', wrong.toString('base64'))).toBe(false);
    }
    expect(signatureHolds(SECRET, '7', right.toString('base64'))).toBe(true);
  });
});
