import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhookDelivery } from '../../entities/index.js';
import { BODY_LIMIT } from '../../src/webhooks/limits.js';
import { stage, type Stage } from './stage.js';

interface Problem {
  detail: string;
  deliveryId?: string;
  errors?: { pointer: string }[];
}

let there: Stage;
beforeAll(async () => {
  there = await stage();
});
afterAll(() => there.close());
beforeEach(() => there.clear());

const stored = (): Promise<number> => there.app.database.dataSource.manager.count(WebhookDelivery);

describe('what is sent', () => {
  it.each([
    ['nothing', ''],
    ['half a text', '{"event":'],
    ['null', 'null'],
    ['a list', '[{"event":"import.all"}]'],
    ['a text', '"import.all"'],
    ['a number', '7'],
    ['a prototype', '{"event":"import.all","__proto__":{"tenant":"x"}}'],
    ['a constructor', '{"constructor":{"prototype":{"tenant":"x"}}}'],
  ])('should be refused when it is %s', async (_what, raw) => {
    const answer = await there.send({ raw });
    expect([answer.statusCode, await stored()]).toEqual([400, 0]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it('should be refused when it is of another type', async () => {
    const headers = { authorization: `Bearer ${there.secret}`, 'content-type': 'text/plain' };
    expect([(await there.send({ raw: 'event=import.all', headers })).statusCode, await stored()]).toEqual([415, 0]);
  });

  it('should be taken up to the limit and refused beyond it', async () => {
    const sized = (bytes: number): string => {
      const [before, after] = ['{"event":"note","text":"', '"}'];
      return `${before}${'x'.repeat(bytes - before.length - after.length)}${after}`;
    };
    expect((await there.send({ raw: sized(BODY_LIMIT + 1) })).statusCode).toBe(413);
    expect(await stored()).toBe(0);
    expect((await there.send({ raw: sized(BODY_LIMIT) })).statusCode).toBe(202);
    const [delivery] = await there.deliveries();
    expect([delivery?.bytes, delivery?.excerpt.length]).toEqual([BODY_LIMIT, 2000]);
  });

  it.each(['?event=import.all', '?a=1&a=2', '?__proto__=1'])('should be refused with the query %s', async (query) => {
    const answer = await there.send({ body: { event: 'note' }, query });
    expect([answer.statusCode, await stored()]).toEqual([400, 0]);
  });

  it.each([{}, { event: null }, { event: 7 }, { event: { a: 1 } }, { event: ' ' }])(
    'should be stored when it names no event, as %j',
    async (body) => {
      const answer = await there.accepted(body);
      expect(answer).toMatchObject({ event: null, state: 'ignored', imports: [] });
      expect(await stored()).toBe(1);
    },
  );

  it('should be stored and ignored when the event is another one', async () => {
    const answer = await there.accepted({ event: 'ticket.closed', ticket: { id: 12, summary: 'a\u0000b\ud800' } });
    expect(answer).toMatchObject({ event: 'ticket.closed', state: 'ignored', imports: [] });
    expect(await there.deliveries()).toMatchObject([
      { id: answer.id, event: 'ticket.closed', state: 'ignored', excerpt: expect.stringContaining('"ticket"') },
    ]);
  });

  it('should be stored whatever characters the event is made of', async () => {
    const answer = await there.accepted({ event: `\u0000${'\ud83d\ude00'.repeat(80)}\ud800` });
    expect(answer.state).toBe('ignored');
    expect((await there.delivery(answer.id)).event?.isWellFormed()).toBe(true);
  });

  it('should be stored however deep it is nested', async () => {
    const depth = 50_000;
    const answer = await there.send({ raw: `{"event":"deep","a":${'['.repeat(depth)}${']'.repeat(depth)}}` });
    expect([answer.statusCode, await stored()]).toEqual([202, 1]);
  });

  it.each([
    [{ event: 'import.client' }, '/client_id'],
    [{ event: 'import.client', client_id: null }, '/client_id'],
    [{ event: 'import.client', client_id: '$CLIENTID' }, '/client_id'],
    [{ event: 'import.client', client_id: 1.5 }, '/client_id'],
    [{ event: 'import.client', client_id: 0 }, '/client_id'],
    [{ event: 'import.client', client_id: -12 }, '/client_id'],
    [{ event: 'import.client', client_id: 1e21 }, '/client_id'],
    [{ event: 'import.client', client_id: [12] }, '/client_id'],
    [{ event: 'import.all' }, '/tenant'],
    [{ event: 'import.all', tenant: '' }, '/tenant'],
    [{ event: 'import.all', tenant: 7 }, '/tenant'],
  ])('should be refused, and kept to be looked at, when it does not say enough: %j', async (body, pointer) => {
    const answer = await there.send({ body });
    const problem = answer.json<Problem>();
    expect([answer.statusCode, problem.errors?.map((error) => error.pointer)]).toEqual([400, [pointer]]);
    expect(await there.deliveries()).toMatchObject([{ id: problem.deliveryId, state: 'refused', detail: problem.detail, imports: [] }]);
  });

  it.each(['', 'x'.repeat(200)])('should be taken with the webhook-id %j', async (id) => {
    const answer = await there.accepted({ event: 'note' }, { headers: { authorization: `Bearer ${there.secret}`, 'webhook-id': id } });
    expect((await there.delivery(answer.id)).webhookId).toBe(id || null);
  });

  it.each(['x'.repeat(201), 'two words', 'm\u00fcll'])('should be refused with the webhook-id %j', async (id) => {
    const answer = await there.send({ body: { event: 'note' }, headers: { authorization: `Bearer ${there.secret}`, 'webhook-id': id } });
    expect([answer.statusCode, await stored()]).toEqual([400, 0]);
  });
});
