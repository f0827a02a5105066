import { describe, expect, it } from '@jest/globals';
import { withClient, withHalo, type Reaction, type Received } from './halo.js';

type Records = Received['records'];

const updates = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ licenceId: String(index + 1), fields: { count: index } }));
const shown = (records: Records): object[] => records.map((record) => ({ ...record, client_id: 7 }));

function licences(react: (records: Records) => Reaction) {
  return (call: Received): Reaction | undefined => (call.path === '/api/SoftwareLicence' ? react(call.records) : undefined);
}

describe('updating licences', () => {
  it('posts arrays of 200 with their ids, and shows what came back', async () => {
    await withHalo(
      licences((records) => ({ body: shown(records) })),
      async (halo) => {
        const outcomes = await withClient(halo.url, (client) => client.updateLicences(updates(420)));
        expect(halo.api().map(({ records }) => records.length)).toEqual([200, 200, 20]);
        expect(halo.api()[0]?.records[2]).toEqual({ id: 3, count: 2 });
        expect(outcomes.size).toBe(420);
        expect(outcomes.get('3')).toMatchObject({ kind: 'stored', shown: { licenceId: '3', count: 2 } });
      },
    );
  });

  it('knows that all were stored when the answer shows the last one alone', async () => {
    await withHalo(
      licences((records) => ({ body: shown(records).at(-1) })),
      async (halo) => {
        const outcomes = await withClient(halo.url, (client) => client.updateLicences(updates(3)));
        expect([...outcomes.values()].map(({ kind }) => kind)).toEqual(['stored', 'stored', 'stored']);
        expect(outcomes.get('1')).not.toHaveProperty('shown');
        expect(outcomes.get('3')).toHaveProperty('shown');
      },
    );
  });

  it('halves a refused array until the bad records stand alone', async () => {
    await withHalo(
      licences((records) =>
        records.some((record) => record['id'] === 7 || record['id'] === 23)
          ? { status: 400, body: { Message: 'Bad record' } }
          : { body: shown(records) },
      ),
      async (halo) => {
        const outcomes = await withClient(halo.url, (client) => client.updateLicences(updates(50)));
        const failed = [...outcomes].filter(([, { kind }]) => kind === 'failed').map(([id]) => id);
        expect(failed).toEqual(['7', '23']);
        expect(outcomes.get('7')).toMatchObject({ message: expect.stringMatching(/Bad record/) });
        expect(outcomes.size).toBe(50);
      },
    );
  });

  it('learns that arrays are refused, once, and sends each alone from then on', async () => {
    await withHalo(
      licences((records) => (records.length > 1 ? { status: 400, body: { Message: 'One at a time' } } : { body: shown(records) })),
      async (halo) => {
        await withClient(halo.url, async (client) => {
          const outcomes = await client.updateLicences(updates(50));
          expect([...outcomes.values()].filter(({ kind }) => kind === 'stored').length).toBe(50);
          expect(
            halo
              .api()
              .filter(({ records }) => records.length > 1)
              .map(({ records }) => records.length),
          ).toEqual([50, 25, 13, 7, 4, 2]);
          const before = halo.api().length;
          await client.updateLicences(updates(20));
          expect(
            halo
              .api()
              .slice(before)
              .map(({ records }) => records.length),
          ).toEqual(Array.from({ length: 20 }, () => 1));
        });
      },
    );
  });

  it('does not halve when the permission is missing', async () => {
    await withHalo(
      licences(() => ({ status: 403 })),
      async (halo) => {
        const outcomes = await withClient(halo.url, (client) => client.updateLicences(updates(50)));
        expect([...outcomes.values()].every(({ kind }) => kind === 'failed')).toBe(true);
        expect(halo.api()).toHaveLength(1);
      },
    );
  });

  it.each<[string, Reaction]>([
    ['a broken connection', 'reset'],
    ['a gateway error', { status: 504 }],
    ['an empty answer', { body: '' }],
    ['an error with a status of success', { body: { ClassName: 'System.Exception', Message: 'Timeout expired.' } }],
  ])('is sent again after %s, as its values are absolute', async (_, reaction) => {
    const answers: Reaction[] = [reaction, reaction];
    await withHalo(
      licences((records) => answers.shift() ?? { body: shown(records) }),
      async (halo) => {
        const outcomes = await withClient(halo.url, (client) => client.updateLicences(updates(2)));
        expect([...outcomes.values()].map(({ kind }) => kind)).toEqual(['stored', 'stored']);
        expect(halo.api()).toHaveLength(3);
      },
    );
  });

  it('leaves a dead server alone after a while', async () => {
    await withHalo(
      licences(() => ({ status: 502 })),
      async (halo) => {
        const outcomes = await withClient(halo.url, (client) => client.updateLicences(updates(200)));
        expect([...outcomes.values()].every(({ kind }) => kind === 'failed')).toBe(true);
        expect(outcomes.size).toBe(200);
        expect(halo.api().length).toBeLessThan(130);
      },
    );
  });

  it('fails when Halo inserted instead, and says which record to look at', async () => {
    await withHalo(
      licences((records) => ({ body: shown(records.map((record) => (record['id'] === 2 ? { ...record, id: 900 } : record))) })),
      async (halo) => {
        const outcomes = await withClient(halo.url, (client) => client.updateLicences(updates(3)));
        expect(outcomes.get('2')).toMatchObject({ kind: 'failed', message: expect.stringMatching(/900.*2/) });
        expect(outcomes.get('1')).toMatchObject({ kind: 'stored' });
        expect(outcomes.get('3')).toMatchObject({ kind: 'stored' });
      },
    );
  });

  it('fails the one that has no id of Halo, and sends the others', async () => {
    await withHalo(
      licences((records) => ({ body: shown(records) })),
      async (halo) => {
        const outcomes = await withClient(halo.url, (client) => client.updateLicences([{ licenceId: 'x', fields: {} }, ...updates(1)]));
        expect(outcomes.get('x')).toMatchObject({ kind: 'failed' });
        expect(outcomes.get('1')).toMatchObject({ kind: 'stored' });
      },
    );
  });
});

describe('updating sites', () => {
  it('sends the lines that are set, with the id of the address, and blanks none', async () => {
    await withHalo(
      ({ path }) => (path === '/api/Site' ? { body: { id: 9, name: 'Main', client_id: 12 } } : undefined),
      async (halo) => {
        const address = { addressId: '4', line1: '1 Main St', line2: '', postcode: '89501' };
        const outcomes = await withClient(halo.url, (client) => client.updateSites([{ siteId: '9', address, countryCode: 'US' }]));
        expect(outcomes.get('9')).toMatchObject({ kind: 'stored', shown: { siteId: '9' } });
        expect(halo.api()[0]?.body).toEqual([
          { id: 9, delivery_address: { id: 4, line1: '1 Main St', postcode: '89501' }, country_code: 'US' },
        ]);
      },
    );
  });
});
