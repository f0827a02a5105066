import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhookDelivery } from '../../entities/index.js';
import type { SecretKey } from '../../src/config.js';
import { Sealer } from '../../src/database/sealing.js';
import { basic, stage, type Stage } from './stage.js';

const BODY = { event: 'ticket.updated' };

let there: Stage;
beforeAll(async () => {
  there = await stage();
});
afterAll(() => there.close());
beforeEach(() => there.clear());

const stored = (): Promise<number> => there.app.database.dataSource.manager.count(WebhookDelivery);

describe('who may send', () => {
  it.each([
    ['Basic', (secret: string) => ({ authorization: basic('isthmus', secret) })],
    ['basic in small letters', (secret: string) => ({ authorization: basic('isthmus', secret).replace('Basic', 'basic') })],
    ['Bearer', (secret: string) => ({ authorization: `Bearer ${secret}` })],
    ['a header of its own', (secret: string) => ({ 'x-isthmus-secret': secret })],
    ['that header beside something else', (secret: string) => ({ 'x-isthmus-secret': secret, authorization: 'Bearer other' })],
  ])('should be known by the secret as %s', async (_scheme, headers) => {
    const answer = await there.send({ body: BODY, headers: headers(there.secret) });
    expect([answer.statusCode, await stored()]).toEqual([202, 1]);
  });

  it.each([
    ['nothing', () => ({})],
    ['a wrong password', () => ({ authorization: basic('isthmus', 'wrong') })],
    ['another user', (secret: string) => ({ authorization: basic('admin', secret) })],
    ['Basic without a colon', (secret: string) => ({ authorization: `Basic ${Buffer.from(secret).toString('base64')}` })],
    ['Basic that is no base64', () => ({ authorization: 'Basic %%%' })],
    ['a wrong Bearer', () => ({ authorization: 'Bearer wrong' })],
    ['the beginning of the secret', (secret: string) => ({ authorization: `Bearer ${secret.slice(0, -1)}` })],
    ['the secret and more', (secret: string) => ({ authorization: `Bearer ${secret}x` })],
    ['an empty Bearer', () => ({ authorization: 'Bearer ' })],
    ['the secret in another scheme', (secret: string) => ({ authorization: `Digest ${secret}` })],
    ['a wrong header', () => ({ 'x-isthmus-secret': 'wrong' })],
    ['an empty header', () => ({ 'x-isthmus-secret': '' })],
  ])('should not be let in with %s, nor be told more than that', async (_what, headers) => {
    const answer = await there.send({ body: BODY, headers: headers(there.secret) });
    expect([answer.statusCode, await stored()]).toEqual([401, 0]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).not.toContain(there.secret);
  });

  it('should not be let in with a token of the API, an owner’s least of all', async () => {
    const answer = await there.send({ body: BODY, headers: { authorization: `Bearer ${there.app.owner}` } });
    expect([answer.statusCode, await stored()]).toEqual([401, 0]);
  });

  it('should not tell strangers which instances there are', async () => {
    const archived = await there.app.addPsaInstance();
    await there.app.api('DELETE', `/psa-instances/${archived}`);
    const off = await there.app.addPsaInstance({ enabled: false });
    const told = await Promise.all(
      [there.psaInstanceId, archived, off, randomUUID()].map(async (id) => {
        const url = `/webhooks/halo/${id}`;
        const answer = await there.app.app.inject({ method: 'POST', url, headers: { authorization: 'Bearer wrong' }, payload: BODY });
        const { errorId: _own, instance, ...rest } = answer.json<Record<string, unknown>>();
        return { status: answer.statusCode, rest, same: instance === url };
      }),
    );
    expect(told[0]).toMatchObject({ status: 401, same: true });
    expect(told).toEqual(told.map(() => told[0]));
  });

  it('should not tell strangers more once the secret keys were changed and the old one is gone', async () => {
    const key = (kid: string, fill: number): SecretKey => ({ kid, key: new Uint8Array(32).fill(fill) });
    let inFile = [key('k1', 1)];
    const sealer = new Sealer(inFile, () => Promise.resolve(inFile));
    const other = await there.process({ sealer });
    const toldStranger = async (): Promise<number> =>
      (
        await other.app.inject({
          method: 'POST',
          url: `/webhooks/halo/${randomUUID()}`,
          headers: { authorization: 'Bearer wrong' },
          payload: BODY,
        })
      ).statusCode;
    expect(await toldStranger()).toBe(401);
    inFile = [key('k2', 2)];
    expect(await sealer.sealingKey()).toBe('k2');
    expect(await toldStranger()).toBe(401);
  });

  it('should not read what strangers send', async () => {
    for (const raw of ['{"event":', 'x'.repeat(300_000)]) {
      expect((await there.send({ raw, headers: { authorization: 'Bearer wrong' } })).statusCode).toBe(401);
    }
  });

  it('should not be let in by the secret of another instance', async () => {
    const other = await there.app.addPsaInstance();
    const { body } = await there.app.api<{ webhookSecret: string }>('POST', `/psa-instances/${other}/webhook-secret`);
    const answer = await there.send({ body: BODY, headers: { authorization: `Bearer ${body.webhookSecret}` } });
    expect([answer.statusCode, await stored()]).toEqual([401, 0]);
  });

  it('should be told that the instance is switched off, and nothing is stored', async () => {
    await there.app.api('PATCH', `/psa-instances/${there.psaInstanceId}`, { enabled: false });
    const answer = await there.send({ body: BODY });
    await there.app.api('PATCH', `/psa-instances/${there.psaInstanceId}`, { enabled: true });
    expect([answer.statusCode, answer.json<{ detail: string }>().detail, await stored()]).toEqual([
      409,
      expect.stringContaining('switched off'),
      0,
    ]);
  });

  it('should use the new secret at once when another was made, and the old one never again', async () => {
    const id = await there.app.addPsaInstance();
    const renew = async (): Promise<string> =>
      (await there.app.api<{ webhookSecret: string }>('POST', `/psa-instances/${id}/webhook-secret`)).body.webhookSecret;
    const status = async (secret: string): Promise<number> => {
      const headers = { 'x-isthmus-secret': secret };
      return (await there.app.app.inject({ method: 'POST', url: `/webhooks/halo/${id}`, headers, payload: BODY })).statusCode;
    };
    const [old, now] = [await renew(), await renew()];
    expect([await status(old), await status(now)]).toEqual([401, 202]);
  });
});
