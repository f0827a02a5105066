import { describe, expect, it } from '@jest/globals';
import { started, type Running } from './psa-fixture.js';

/** How a POST of licences is refused, having written nothing. */
async function refusal(halo: Running, body: unknown): Promise<{ status: number; body: unknown }> {
  const answer = await halo.post<unknown>('/api/SoftwareLicence', body);
  expect(halo.psa.writes()).toEqual({ clients: 0, sites: 0, licences: 0, tickets: 0 });
  return { status: answer.status, body: answer.body };
}

describe('what a sandbox Halo refuses', () => {
  it.each([
    ['an object that is not in an array', { name: 'x' }, ''],
    ['nothing', undefined, ''],
    ['cut JSON', '[{"name":', ''],
    ['an element that is no object', [{ name: 'x' }, 7], '[1]'],
    ['a count with a fraction', [{ name: 'x', count: 95.5 }], '[0].count'],
    ['a count with a fraction, as text', [{ name: 'x', count: '95.0' }], '[0].count'],
    ['a count beyond 32 bits', [{ name: 'x', count: 2_147_483_648 }], '[0].count'],
    ['an id that is none', [{ id: 'x' }], '[0].id'],
    ['a price that is no number', [{ name: 'x', price: '1,50' }], '[0].price'],
    ['a flag that is none', [{ name: 'x', is_active: 1 }], '[0].is_active'],
    ['a text that is an object', [{ name: { en: 'x' } }], '[0].name'],
    ['a date that is none', [{ name: 'x', end_date: '2026-02-30' }], '[0].end_date'],
    ['a date in words', [{ name: 'x', end_date: 'tomorrow' }], '[0].end_date'],
  ])('%s, with a 400 keyed by path', async (_name, body, key) => {
    await using halo = await started();
    const answer = await refusal(halo, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ [key]: [expect.any(String)] });
  });

  it('the same inside ProblemDetails', async () => {
    await using halo = await started({ bindingShape: 'problem-details' });
    const answer = await refusal(halo, [{ count: 'x' }]);
    expect(answer).toMatchObject({ status: 400, body: { status: 400, errors: { '[0].count': ["The value 'x' is not valid."] } } });
  });

  it('an array as a whole when one element does not fit', async () => {
    await using halo = await started();
    expect(
      (
        await refusal(halo, [
          { id: 101, count: 1 },
          { id: 102, count: 'x' },
        ])
      ).body,
    ).toHaveProperty(['[1].count']);
  });

  it.each([
    ['no name', { client_id: 12 }],
    ['a blank name', { name: '  ' }],
    ['a client that is not there', { name: 'x', client_id: 999 }],
  ])('a new licence with %s', async (_name, element) => {
    await using halo = await started();
    expect(await refusal(halo, [element])).toMatchObject({ status: 400, body: { ClassName: 'System.Exception' } });
  });

  it('a new licence without any other field it is told to need', async () => {
    await using halo = await started({ licenceNeeds: ['name', 'supplier_id'] });
    expect(await refusal(halo, [{ name: 'x', client_id: 12 }])).toMatchObject({
      body: { Message: expect.stringContaining('supplier_id') },
    });
    expect((await halo.post('/api/SoftwareLicence', [{ name: 'x', supplier_id: 7 }])).body['supplier_name']).toBe('Ingram Micro');
  });

  it('an empty array', async () => {
    await using halo = await started();
    expect((await refusal(halo, [])).status).toBe(400);
  });

  it('texts longer than their column, as the database does, or cuts them', async () => {
    await using halo = await started();
    expect(await refusal(halo, [{ name: 'x', tenant_id: 'y'.repeat(101) }])).toMatchObject({
      status: 500,
      body: { ClassName: expect.stringContaining('SqlException'), Message: expect.stringContaining('would be truncated') },
    });
    halo.psa.set({ overlong: 'truncate' });
    const cut = await halo.post('/api/SoftwareLicence', [{ name: 'x', tenant_id: 'y'.repeat(101) }]);
    expect(cut.body['tenant_id']).toBe('y'.repeat(100));
  });

  it('a date before 1753, as the database does', async () => {
    await using halo = await started();
    expect((await refusal(halo, [{ name: 'x', end_date: '0001-01-01T00:00:00' }])).status).toBe(500);
  });

  it('an update of an id that is not there, or takes it for a new record', async () => {
    await using halo = await started();
    expect((await refusal(halo, [{ id: 999, name: 'x' }])).status).toBe(404);
    halo.psa.set({ unknownIdUpdate: '400' });
    expect((await refusal(halo, [{ id: 999, name: 'x' }])).status).toBe(400);
    halo.psa.set({ unknownIdUpdate: 'insert' });
    expect(await halo.post('/api/SoftwareLicence', [{ id: 999, name: 'x' }])).toMatchObject({ status: 201, body: { id: 103 } });
  });

  it.each([
    [1, expect.objectContaining({ ClassName: 'System.Exception', Message: expect.stringContaining('name') })],
    [2, { Message: expect.stringContaining('name') }],
    [3, { resultCode: -1, errorMessage: expect.stringContaining('name') }],
    [4, { error: 'invalid_request', error_description: expect.stringContaining('name') }],
    [5, expect.stringContaining('name')],
    [6, { '[0].name': [expect.stringContaining('name')], name: [expect.any(String)] }],
    [7, expect.stringContaining('<html>')],
    ['empty', ''],
    ['problem-details', expect.objectContaining({ status: 500, errors: { '[0].name': [expect.stringContaining('name')] } })],
  ] as const)('on business grounds in shape %s, with the status of the switch', async (errorShape, body) => {
    await using halo = await started({ errorShape, businessStatus: 500 });
    const answer = await refusal(halo, [{ count: 1 }]);
    expect(answer.status).toBe(500);
    expect(answer.body).toEqual(body);
  });
});
