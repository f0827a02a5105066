import { describe, expect, it } from '@jest/globals';
import { UpstreamError } from '../../src/egress/index.js';
import type { LicenceFields } from '../../src/domain/index.js';
import { withClient, withHalo, type Reaction, type Received } from './halo.js';

const FIELDS: LicenceFields = { name: 'Office', count: 3, client_id: '7', end_date: null };
const SHOWN = { id: 31, name: 'Office', count: 3, client_id: 7 };

function posts(path: string, react: (records: Record<string, unknown>[], call: Received) => Reaction) {
  return (call: Received): Reaction | undefined => (call.method === 'POST' && call.path === path ? react(call.records, call) : undefined);
}

const licences = (react: (records: Record<string, unknown>[], call: Received) => Reaction) => posts('/api/SoftwareLicence', react);

describe('creating licences', () => {
  it('posts an array, also for one, without ids', async () => {
    await withHalo(
      licences(() => ({ body: SHOWN })),
      async (halo) => {
        await withClient(halo.url, (client) => client.createLicences([FIELDS]));
        expect(halo.api()[0]?.body).toEqual([{ name: 'Office', count: 3, client_id: 7, end_date: '1901-01-01T00:00:00' }]);
        expect(halo.api()[0]?.query.size).toBe(0);
        expect(halo.api()[0]?.headers['content-type']).toMatch(/^application\/json/);
      },
    );
  });

  it('asks for all of several, and takes whatever the answer shows', async () => {
    const answers = [{ body: [SHOWN, { ...SHOWN, id: 32 }] }, { body: { ...SHOWN, id: 32 } }, { status: 201, body: [] }];
    await withHalo(
      licences(() => answers.shift() ?? { status: 404 }),
      async (halo) => {
        await withClient(halo.url, async (client) => {
          const shownIds = async (): Promise<string[]> => {
            const outcome = await client.createLicences([FIELDS, FIELDS]);
            return outcome.kind === 'stored' ? outcome.shown.map(({ licenceId }) => licenceId) : [outcome.kind];
          };
          expect(await shownIds()).toEqual(['31', '32']);
          expect(await shownIds()).toEqual(['32']);
          expect(await shownIds()).toEqual([]);
        });
        expect(halo.api()[0]?.query.get('returnall')).toBe('true');
      },
    );
  });

  it.each<[string, Reaction, object]>([
    ['200 and the record', { body: SHOWN }, { kind: 'stored' }],
    ['201 and the record', { status: 201, body: SHOWN }, { kind: 'stored' }],
    [
      '400 and a .NET exception',
      { status: 400, body: { ClassName: 'System.Exception', Message: 'No client.' } },
      { kind: 'refused', status: 400, message: expect.stringMatching(/No client/) },
    ],
    [
      '400 and plain text',
      { status: 400, body: 'CODE:APP03/2 Please select a client' },
      { kind: 'refused', message: expect.stringMatching(/APP03/) },
    ],
    ['400 and nothing', { status: 400, body: '' }, { kind: 'refused', status: 400 }],
    ['404 and a web page', { status: 404, body: '<html></html>' }, { kind: 'refused', status: 404 }],
    [
      '500 and a .NET exception',
      { status: 500, body: { ClassName: 'System.Exception', Message: 'Truncated.' } },
      { kind: 'refused', status: 500, message: expect.stringMatching(/Truncated/) },
    ],
    [
      '500 and a JSON text',
      { status: 500, body: '"A name must be entered"' },
      { kind: 'refused', message: expect.stringMatching(/A name must/) },
    ],
    ['500 and a web page', { status: 500, body: '<html>Error</html>' }, { kind: 'unclear', late: false }],
    ['500 and nothing', { status: 500, body: '' }, { kind: 'unclear', late: false }],
    ['502', { status: 502, body: '<html></html>' }, { kind: 'unclear', late: false }],
    ['503 and JSON', { status: 503, body: { message: 'busy' } }, { kind: 'unclear', late: false }],
    ['504', { status: 504, body: '' }, { kind: 'unclear', late: false }],
    ['200 and a web page', { body: '<html></html>' }, { kind: 'unclear', late: false }],
    ['200 and nothing', { body: '' }, { kind: 'unclear', late: false }],
    ['200 and an error', { body: { ClassName: 'System.Exception', Message: 'Timeout' } }, { kind: 'unclear', late: false }],
    ['200 and a text', { body: '"done"' }, { kind: 'unclear', late: false }],
    ['200 and half of it', { body: SHOWN, cut: true }, { kind: 'unclear', late: false }],
    ['a broken connection', 'reset', { kind: 'unclear', late: false }],
    ['403', { status: 403 }, { kind: 'refused', status: 403, message: expect.stringMatching(/permissions/) }],
    ['302', { status: 302, headers: { location: 'http://elsewhere.example/' } }, { kind: 'refused', status: 302 }],
  ])('ends as it should on %s, without a second POST', async (_, reaction, expected) => {
    await withHalo(
      licences(() => reaction),
      async (halo) => {
        const outcome = await withClient(halo.url, (client) => client.createLicences([FIELDS]));
        expect(outcome).toMatchObject(expected);
        expect(halo.api()).toHaveLength(1);
      },
    );
  });

  it('is unclear and perhaps late when no answer comes in time', async () => {
    await withHalo(
      licences(() => 'silence'),
      async (halo) => {
        const outcome = await withClient(halo.url, (client) => client.createLicences([FIELDS]), { deps: { timeouts: { write: 50 } } });
        expect(outcome).toMatchObject({ kind: 'unclear', late: true });
        expect(halo.api()).toHaveLength(1);
      },
    );
  });

  it('is repeated after a throttle, which did not look at it', async () => {
    const answers: Reaction[] = [{ status: 429 }, { status: 429 }];
    await withHalo(
      licences(() => answers.shift() ?? { body: SHOWN }),
      async (halo) => {
        await withClient(halo.url, async (client) => {
          expect(await client.createLicences([FIELDS])).toMatchObject({ kind: 'stored' });
          expect(client.calls.refused).toBe(2);
        });
        expect(halo.api()).toHaveLength(3);
      },
    );
  });

  it('is refused when the throttle does not end', async () => {
    await withHalo(
      licences(() => ({ status: 429 })),
      async (halo) => {
        expect(await withClient(halo.url, (client) => client.createLicences([FIELDS]))).toMatchObject({ kind: 'refused', status: 429 });
      },
    );
  });

  it('is repeated once with a new token after a 401, and then a missing permission', async () => {
    await withHalo(
      licences((_, { headers }) => (headers.authorization === 'Bearer token-1' ? { status: 401 } : { body: SHOWN })),
      async (halo) => {
        expect(await withClient(halo.url, (client) => client.createLicences([FIELDS]))).toMatchObject({ kind: 'stored' });
        expect(halo.api()).toHaveLength(2);
      },
    );
    await withHalo(
      licences(() => ({ status: 401 })),
      async (halo) => {
        expect(await withClient(halo.url, (client) => client.createLicences([FIELDS]))).toMatchObject({ kind: 'refused', status: 401 });
        expect(halo.api()).toHaveLength(2);
      },
    );
  });

  it('throws when nothing could be sent', async () => {
    await withHalo(
      ({ path }) => (path === '/auth/token' ? { status: 401, body: { error: 'invalid_client' } } : undefined),
      async (halo) => {
        await expect(withClient(halo.url, (client) => client.createLicences([FIELDS]))).rejects.toBeInstanceOf(UpstreamError);
        expect(halo.api()).toHaveLength(0);
      },
    );
  });

  it('is not sent once the signal is aborted, but waited for when it is under way', async () => {
    const controller = new AbortController();
    await withHalo(
      licences(() => {
        controller.abort(new Error('stopping'));
        return { body: SHOWN };
      }),
      async (halo) => {
        await withClient(
          halo.url,
          async (client) => {
            expect(await client.createLicences([FIELDS])).toMatchObject({ kind: 'stored' });
            await expect(client.createLicences([FIELDS])).rejects.toThrow('stopping');
          },
          { deps: { signal: controller.signal } },
        );
        expect(halo.api()).toHaveLength(1);
      },
    );
  });

  it('logs what Halo warns of', async () => {
    const warned: object[] = [];
    const logger = { info: () => undefined, warn: (fields: object) => void warned.push(fields) };
    await withHalo(
      licences(() => ({ body: { ...SHOWN, _warning: 'The supplier is inactive.' } })),
      async (halo) => {
        await withClient(halo.url, (client) => client.createLicences([FIELDS]), { deps: { logger } });
        expect(warned).toEqual([{ path: '/SoftwareLicence', id: 31, warning: 'The supplier is inactive.' }]);
      },
    );
  });
});

describe('creating clients', () => {
  it('fills the main site and the contact, and has no welcome e-mail sent', async () => {
    await withHalo(
      posts('/api/Client', () => ({ body: { id: 90, name: 'Contoso', ref: 'ingram/us/7' } })),
      async (halo) => {
        const outcome = await withClient(halo.url, (client) =>
          client.createClients([
            {
              name: 'Contoso <b>',
              ref: 'ingram/us/7',
              topLevelId: '2',
              siteName: 'Main',
              address: { line1: '1 Main St', line3: 'Reno', postcode: '89501' },
              countryCode: 'US',
              contactName: 'Ada Byron',
              contactEmail: 'ada@contoso.example',
              phone: '+1 775 5550100',
            },
          ]),
        );
        expect(outcome).toEqual({ kind: 'stored', shown: [{ clientId: '90', name: 'Contoso', inactive: false, ref: 'ingram/us/7' }] });
        expect(halo.api()[0]?.body).toEqual([
          {
            name: 'Contoso &lt;b&gt;',
            ref: 'ingram/us/7',
            toplevel_id: 2,
            newclient_sitename: 'Main',
            newclient_delivery_address: { line1: '1 Main St', line3: 'Reno', postcode: '89501' },
            newclient_countrycode: 'US',
            newclient_contactname: 'Ada Byron',
            newclient_contactemail: 'ada@contoso.example',
            newclient_phonenumber: '+1 775 5550100',
            newclient_sendwelcomeemail: false,
          },
        ]);
      },
    );
  });
});
