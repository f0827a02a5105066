import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhookDelivery } from '../../entities/index.js';
import { REPEAT_WITHIN_SECONDS } from '../../src/webhooks/inbox.js';
import type { DeliveryAnswer } from '../../src/webhooks/delivery-view.js';
import { stage, type Stage } from './stage.js';

const BODY = { event: 'import.client', client_id: 12 };

let there: Stage;
let tenantId: string;
beforeAll(async () => {
  there = await stage();
  tenantId = await there.addTenant('North', { n1: '12', n2: '13' });
});
afterAll(() => there.close());
beforeEach(() => there.clear());

const named = (id: string): { headers: Record<string, string> } => ({
  headers: { authorization: `Bearer ${there.secret}`, 'webhook-id': id },
});
const stored = (): Promise<number> => there.app.database.dataSource.manager.count(WebhookDelivery);

describe('the same body', () => {
  it('should be a repeat within a minute: acknowledged, and nothing more', async () => {
    const first = await there.accepted(BODY);
    await there.end(tenantId);
    await there.ago(REPEAT_WITHIN_SECONDS - 5);
    const second = await there.accepted(BODY);
    expect(second).toEqual({ ...first, repeat: true });
    await there.sweep();
    expect([await there.imports(tenantId), await stored()]).toMatchObject([{ length: 1 }, 1]);
    expect(await there.deliveries()).toMatchObject([{ id: first.id, repeats: 1, repeatedAt: expect.any(String) }]);
  });

  it('should be another delivery after a minute, by the database’s clock', async () => {
    const first = await there.accepted(BODY);
    await there.end(tenantId);
    await there.ago(REPEAT_WITHIN_SECONDS + 1);
    const second = await there.accepted(BODY);
    expect([second.repeat, second.id === first.id]).toEqual([false, false]);
    expect(await there.imports(tenantId)).toHaveLength(2);
  });

  it('should be another delivery when a clock was set back since', async () => {
    await there.accepted(BODY);
    await there.ago(-3600);
    expect((await there.accepted(BODY)).repeat).toBe(false);
  });

  it('should be another delivery for another PSA instance', async () => {
    const other = await there.app.addPsaInstance();
    const { body } = await there.app.api<{ webhookSecret: string }>('POST', `/psa-instances/${other}/webhook-secret`);
    await there.accepted(BODY, named('1'));
    const answer = await there.app.app.inject({
      method: 'POST',
      url: `/webhooks/halo/${other}`,
      headers: { authorization: `Bearer ${body.webhookSecret}`, 'webhook-id': '1' },
      payload: BODY,
    });
    expect(answer.json()).toMatchObject({ repeat: false, state: 'unmatched' });
  });

  it('should not be a repeat when it says something else', async () => {
    const [first, second] = [await there.accepted(BODY), await there.accepted({ ...BODY, client_id: 13 })];
    expect([second.repeat, second.id === first.id]).toEqual([false, false]);
  });
});

describe('the same webhook-id', () => {
  it('should be a repeat however late, and whatever the body', async () => {
    const first = await there.accepted(BODY, named('msg_1'));
    await there.end(tenantId);
    await there.ago(86_400);
    for (const body of [BODY, { ...BODY, client_id: 13 }]) {
      expect(await there.accepted(body, named('msg_1'))).toEqual({ ...first, repeat: true });
    }
    expect(await there.imports(tenantId)).toHaveLength(1);
  });

  it('should not be a repeat of another one whose body is older than a minute', async () => {
    await there.accepted(BODY, named('msg_1'));
    await there.end(tenantId);
    await there.ago(61);
    expect((await there.accepted(BODY, named('msg_2'))).repeat).toBe(false);
    expect(await there.imports(tenantId)).toHaveLength(2);
  });
});

describe('the same delivery, sent to several processes at once', () => {
  it.each([
    ['by its body', () => ({})],
    ['by its webhook-id', () => named('msg_1')],
  ])('should be acted on once, known %s', async (_how, sending) => {
    const processes = [await there.process(), await there.process()];
    const sent = Array.from({ length: 12 }, (_, index) => {
      // Under one id the bodies may differ, which is the harder case.
      const body = 'headers' in sending() ? { ...BODY, at: index } : BODY;
      return there.accepted(body, { ...sending(), to: processes[index % 2]! });
    });
    const answers: DeliveryAnswer[] = await Promise.all(sent);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.filter(({ repeat }) => !repeat)).toHaveLength(1);
    expect([await there.imports(tenantId), await there.asked(tenantId)]).toMatchObject([{ length: 1 }, { length: 1 }]);
    expect(await there.deliveries()).toMatchObject([{ repeats: 11, imports: [{ state: 'started' }] }]);
  });
});
