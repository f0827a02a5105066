import { describe, expect, it } from '@jest/globals';
import { Sealer, SealingError } from '../../src/database/sealing.js';

const key = (kid: string, fill: number): { kid: string; key: Uint8Array } => ({ kid, key: new Uint8Array(32).fill(fill) });
const place = { table: 'tenants', column: 'password', row: '0b7ff7b4-0f0c-4b4d-8a2a-111111111111' };

describe('a sealed secret', () => {
  it('opens where it belongs and shows nothing of itself', async () => {
    const sealer = new Sealer([key('k1', 1)]);
    const sealed = await sealer.seal('päss\u{1F511}', place);
    expect(await sealer.open(sealed, place)).toBe('päss\u{1F511}');
    // The whole of it: two letters alone would be there by chance, once in a hundred times.
    const shows = sealed.split('.').map((part) => Buffer.from(part, 'base64url').includes('päss\u{1F511}'));
    expect(shows).toEqual([false, false, false, false, false]);
    expect(await sealer.seal('päss\u{1F511}', place)).not.toBe(sealed);
  });

  it.each([
    ['table', { ...place, table: 'psa_instances' }],
    ['column', { ...place, column: 'subscription_key' }],
    ['row', { ...place, row: 'another' }],
  ])('does not open in another %s', async (_what, elsewhere) => {
    const sealer = new Sealer([key('k1', 1)]);
    await expect(sealer.open(await sealer.seal('x', place), elsewhere)).rejects.toThrow('sealed for another place');
  });

  it('opens with an older key after the keys were rotated, and new ones are sealed with the first', async () => {
    const old = await new Sealer([key('k1', 1)]).seal('x', place);
    const rotated = new Sealer([key('k2', 2), key('k1', 1)]);
    expect(await rotated.open(old, place)).toBe('x');
    await expect(new Sealer([key('k1', 1)]).open(await rotated.seal('y', place), place)).rejects.toThrow('"k2"');
  });

  it('says which key is missing, or that the key is another of that name', async () => {
    const sealed = await new Sealer([key('k1', 1)]).seal('x', place);
    await expect(new Sealer([key('k2', 2)]).open(sealed, place)).rejects.toThrow(/sealed with key "k1".*\(k2\)/);
    await expect(new Sealer([key('k1', 2)]).open(sealed, place)).rejects.toThrow(SealingError);
  });

  it('cannot be changed', async () => {
    const sealer = new Sealer([key('k1', 1)]);
    const parts = (await sealer.seal('x', place)).split('.');
    const claims = JSON.parse(Buffer.from(parts[0] ?? '', 'base64url').toString()) as Record<string, string>;
    parts[0] = Buffer.from(JSON.stringify({ ...claims, row: 'another' })).toString('base64url');
    await expect(sealer.open(parts.join('.'), { ...place, row: 'another' })).rejects.toThrow(SealingError);
    await expect(sealer.open('plain text', place)).rejects.toThrow('not a sealed value');
  });
});
