import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PsaInstance } from '../../entities/index.js';
import { AlertsService } from '../../src/alerts/alerts-service.js';
import { egressPolicy } from '../../src/egress/index.js';
import { PsaClient } from '../../src/psa/index.js';
import { stage, type Stage } from '../imports/stage.js';
import { testPace } from '../psa/halo.js';

let on: Stage;
beforeAll(async () => {
  on = await stage();
});
afterAll(() => on.close());

const reconcile = (): Promise<void> => {
  const { baseUrl, clientId, clientSecret } = on.sandbox.credentials.psa;
  const deps = { policy: egressPolicy({ allow: ['127.0.0.1'] }), pace: testPace(), callsPer5Minutes: 100_000 };
  const alerts = new AlertsService({
    dataSource: on.database.dataSource,
    openPsa: () => Promise.resolve(new PsaClient({ baseUrl, clientId, clientSecret }, deps)),
    publicUrl: () => 'https://isthmus.example.com',
    logger: { info: () => undefined, warn: (...line) => expect(line).toEqual([]) },
  });
  return alerts.reconcileTenant(on.tenant.id, new AbortController().signal);
};

describe('After a real import', () => {
  it('the customers that it could not place are told, until a person decided on each', async () => {
    // given
    await on.database.dataSource.manager.update(PsaInstance, { id: on.psaInstance.id }, { alertTicketTypeId: '21', alertClientId: '1' });
    await on.run();
    const open = (await on.mappings()).filter(({ state }) => state === 'suggested' || state === 'ambiguous');
    expect(open.length).toBeGreaterThan(1);
    // when
    await reconcile();
    // then
    expect(on.sandbox.psa.tickets()).toEqual([
      expect.objectContaining({ status_id: 1, details_html: expect.stringMatching(/\d+ customers? waits? for a mapping/) }),
    ]);
    const said = Number(/(\d+) customers? waits?/.exec(String(on.sandbox.psa.tickets()[0]!['details_html']))?.[1]);
    // Cancelled accounts wait for nobody.
    expect(said).toBeGreaterThan(0);
    expect(said).toBeLessThanOrEqual(open.length);
    // when
    await on.database.dataSource.query(`UPDATE mappings SET state = 'ignored' WHERE state <> 'mapped'`);
    await reconcile();
    // then
    expect(on.sandbox.psa.tickets()).toEqual([expect.objectContaining({ status_id: 9 })]);
  });
});
