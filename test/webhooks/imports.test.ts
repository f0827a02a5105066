import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditLine, Tenant } from '../../entities/index.js';
import { stage, type Stage } from './stage.js';

let there: Stage;
let north: string;
let south: string;
beforeAll(async () => {
  there = await stage();
  north = await there.addTenant('North', { n1: '12', n2: '12', n3: '13', n4: '14' });
  south = await there.addTenant('South', { s1: '12', s2: '99' });
});
afterAll(() => there.close());
beforeEach(() => there.clear());

const forClient = (clientId: unknown): object => ({ event: 'import.client', client_id: clientId });
const forAll = (tenant: string): object => ({ event: 'import.all', tenant });
const enable = (tenantId: string, enabled: boolean): Promise<unknown> =>
  there.app.database.dataSource.manager.update(Tenant, { id: tenantId }, { enabled });

describe('import.client', () => {
  it('should import in every tenant with a customer that is mapped to the client', async () => {
    const answer = await there.accepted(forClient(12));
    expect(answer).toMatchObject({ event: 'import.client', state: 'acted', repeat: false });
    expect(answer.imports.map(({ tenantId, state }) => [tenantId, state]).toSorted()).toEqual(
      [
        [north, 'started'],
        [south, 'started'],
      ].toSorted(),
    );
    for (const [tenantId, customerId] of [
      [north, null],
      [south, 's1'],
    ] as const) {
      const [row, ...more] = await there.imports(tenantId);
      expect(more).toEqual([]);
      expect(row).toMatchObject({
        id: answer.imports.find((one) => one.tenantId === tenantId)?.importId,
        entities: ['customers', 'subscriptions'],
        clientId: '12',
        customerId,
        trigger: 'webhook',
        requestedBy: `webhook delivery ${answer.id}`,
        preview: false,
        state: 'queued',
      });
      expect(await there.jobs(row!.id)).toBe(1);
      expect(await there.app.database.dataSource.manager.findOneByOrFail(AuditLine, { entity: 'import', entityId: row!.id })).toMatchObject(
        {
          actorKind: 'webhook',
          actorId: answer.id,
          action: 'start',
          psaInstanceId: there.psaInstanceId,
        },
      );
    }
  });

  it('should take the id as a text, as Halo may fill it in', async () => {
    await there.accepted(forClient(' 13 '));
    expect(await there.imports(north)).toMatchObject([{ clientId: '13', customerId: 'n3' }]);
  });

  it('should leave out tenants that are switched off', async () => {
    await enable(south, false);
    const answer = await there.accepted(forClient(12));
    const alone = await there.accepted(forClient(99));
    await enable(south, true);
    expect(answer.imports.map(({ tenantId }) => tenantId)).toEqual([north]);
    expect(alone).toMatchObject({ state: 'unmatched', imports: [] });
    expect(await there.imports(south)).toEqual([]);
  });

  it('should leave out another PSA instance, though its client has the same number', async () => {
    const other = await there.app.addPsaInstance();
    const foreign = await there.app.addTenant(other, { name: 'Foreign' });
    await there.app.database.dataSource.query(
      `INSERT INTO mappings (tenant_id, customer_id, state, client_id) VALUES ($1, 'f', 'mapped', '14')`,
      [foreign],
    );
    expect((await there.accepted(forClient(14))).imports.map(({ tenantId }) => tenantId)).toEqual([north]);
    expect(await there.accepted(forAll('Foreign'))).toMatchObject({ state: 'unmatched', imports: [] });
    expect(await there.accepted(forAll(foreign))).toMatchObject({ state: 'unmatched', imports: [] });
    expect(await there.imports(foreign)).toEqual([]);
  });

  it('should say clearly that nobody is mapped to the client', async () => {
    const answer = await there.accepted(forClient(4711));
    expect(answer).toMatchObject({
      state: 'unmatched',
      imports: [],
      detail: expect.stringContaining('No customer is mapped to client 4711'),
    });
    expect(await there.deliveries('?state=unmatched')).toMatchObject([{ id: answer.id, detail: answer.detail }]);
  });
});

describe('import.all', () => {
  it.each([
    ['name', () => 'South'],
    ['id', () => south],
    ['id in capitals', () => south.toUpperCase()],
  ])('should import a tenant by its %s', async (_what, tenant) => {
    const answer = await there.accepted(forAll(tenant()));
    expect(answer.imports).toMatchObject([{ tenantId: south, state: 'started' }]);
    expect(await there.imports(south)).toMatchObject([{ clientId: null, customerId: null, trigger: 'webhook' }]);
    expect(await there.imports(north)).toEqual([]);
  });

  it('should say clearly that there is no such tenant, or that it is off', async () => {
    expect((await there.accepted(forAll('West'))).detail).toContain('no tenant with the id or name "West"');
    await enable(south, false);
    const answer = await there.accepted(forAll('South'));
    await enable(south, true);
    expect(answer).toMatchObject({ state: 'unmatched', imports: [], detail: expect.stringContaining('switched off') });
    expect(await there.imports(south)).toEqual([]);
  });

  it('should not choose between two of one name', async () => {
    const twins = [await there.addTenant('Twin'), await there.addTenant('Twin')];
    expect((await there.accepted(forAll('Twin'))).detail).toContain('2 tenants are named "Twin"');
    expect((await there.accepted(forAll(twins[1]!))).imports).toMatchObject([{ tenantId: twins[1] }]);
    expect(await there.imports(twins[0]!)).toEqual([]);
  });
});

describe('while another import of the tenant is under way', () => {
  it('should keep one of each scope, and run them after it', async () => {
    await there.startOther(north);
    const [first, all] = [await there.accepted(forClient(13)), await there.accepted(forAll('North'))];
    for (const answer of [first, all]) {
      expect(answer.imports).toMatchObject([
        { tenantId: north, state: 'kept', importId: null, note: expect.stringContaining('under way') },
      ]);
    }
    await there.ago(61);
    const again = await there.accepted(forClient(13));
    expect([again.repeat, again.imports[0]?.state]).toEqual([false, 'kept']);
    await there.sweep();
    expect(await there.imports(north)).toHaveLength(1);

    await there.end(north);
    await there.sweep();
    const [, ofClient, ...more] = await there.imports(north);
    expect(more).toEqual([]);
    expect(ofClient).toMatchObject({ clientId: '13', customerId: 'n3', trigger: 'webhook', requestedBy: `webhook delivery ${first.id}` });
    await there.sweep();
    expect(await there.imports(north)).toHaveLength(2);

    await there.end(north);
    await there.sweep();
    const [, , whole] = await there.imports(north);
    expect(whole).toMatchObject({ clientId: null, requestedBy: `webhook delivery ${all.id}` });
    await there.end(north);
    await there.sweep();
    expect(await there.imports(north)).toHaveLength(3);
    const became = Object.fromEntries((await there.deliveries()).map(({ id, imports }) => [id, imports[0]?.importId]));
    expect(became).toEqual({ [first.id]: ofClient!.id, [again.id]: ofClient!.id, [all.id]: whole!.id });
  });

  it('should start at once where nothing is under way', async () => {
    await there.startOther(north);
    const { imports } = await there.accepted(forClient(12));
    expect(new Map(imports.map(({ tenantId, state }) => [tenantId, state]))).toEqual(
      new Map([
        [north, 'kept'],
        [south, 'started'],
      ]),
    );
  });

  it.each([
    ['the tenant was switched off', () => enable(north, false), () => enable(north, true), 'switched off'],
    [
      'its mapping was removed',
      () => there.app.database.dataSource.query(`UPDATE mappings SET archived_at = now() WHERE customer_id = 'n3'`),
      () => there.app.database.dataSource.query(`UPDATE mappings SET archived_at = NULL WHERE customer_id = 'n3'`),
      'mapped',
    ],
  ])('should leave alone what was kept when %s meanwhile', async (_what, change, back, says) => {
    await there.startOther(north);
    const { id } = await there.accepted(forClient(13));
    await change();
    await there.end(north);
    await there.sweep();
    await back();
    expect(await there.imports(north)).toHaveLength(1);
    const [delivery] = await there.deliveries();
    expect(delivery).toMatchObject({ id, imports: [{ state: 'left_alone', importId: null, note: expect.stringContaining(says) }] });
  });

  it('should start one, however many processes sweep at once', async () => {
    await there.startOther(north);
    await there.accepted(forClient(13));
    await there.end(north);
    await Promise.all([1, 2, 3, 4].map(() => there.sweep()));
    expect(await there.imports(north)).toHaveLength(2);
  });
});
