import { describe, expect, it } from '@jest/globals';
import { UpstreamError } from '../../src/egress/index.js';
import { envelope, list, row, rows } from './client-lists.js';
import { withClient, withHalo, type Reaction } from './halo.js';

describe('a whole list', () => {
  it('asks for pages, active and inactive, in a stable order', async () => {
    await withHalo(
      list(() => envelope(0, [])),
      async (halo) => {
        await withClient(halo.url, (client) => client.clients());
        const query = Object.fromEntries(halo.api()[0]?.query ?? []);
        expect(query).toMatchObject({ pageinate: 'true', page_no: '1', includeactive: 'true', includeinactive: 'true', order: 'id' });
        expect(Number(query['page_size'])).toBeGreaterThan(100);
      },
    );
  });

  it('goes on past pages that are shorter than asked, until the count is reached', async () => {
    await withHalo(
      list((page) => envelope(120, page <= 3 ? rows((page - 1) * 50 + 1, Math.min(page * 50, 120)) : [])),
      async (halo) => {
        const look = await withClient(halo.url, (client) => client.clients());
        expect(look.complete).toBe(true);
        expect(look.rows.map(({ clientId }) => Number(clientId))).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
        expect(halo.api()).toHaveLength(3);
      },
    );
  });

  it('reads the next eight pages at once at most, and none that the count does not call for', async () => {
    let underWay = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    await withHalo(
      (call) => {
        if (call.path !== '/api/Client') return undefined;
        const page = Number(call.query.get('page_no'));
        const answer = envelope(1000, rows((page - 1) * 50 + 1, page * 50));
        if (page === 1) return answer;
        underWay += 1;
        most = Math.max(most, underWay);
        return new Promise((resolve) => {
          waiting.push(() => {
            underWay -= 1;
            resolve(answer);
          });
          // Eight wait for an answer before any is given; at the end, all that are left.
          if (underWay === 8 || page >= 19) for (const answered of waiting.splice(0)) answered();
        });
      },
      async (halo) => {
        const look = await withClient(halo.url, (client) => client.clients());
        expect(look.complete).toBe(true);
        expect(look.rows.map(({ clientId }) => Number(clientId))).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
        expect(halo.api()).toHaveLength(20);
        expect(most).toBe(8);
      },
    );
  });

  it('needs no count: an empty page ends it', async () => {
    await withHalo(
      list((page) => envelope(undefined, page <= 2 ? rows(page * 10, page * 10 + 4) : [])),
      async (halo) => {
        const look = await withClient(halo.url, (client) => client.clients());
        expect(look).toMatchObject({ complete: true, malformed: [], dropped: 0 });
        expect(look.rows).toHaveLength(10);
      },
    );
  });

  it('takes a bare array', async () => {
    await withHalo(
      list((page) => ({ body: page === 1 ? rows(1, 3) : [] })),
      async (halo) => {
        const look = await withClient(halo.url, (client) => client.clients());
        expect(look).toMatchObject({ complete: true });
        expect(look.rows).toHaveLength(3);
      },
    );
  });

  it('counts a row that two pages show once, and walks again when one is missing', async () => {
    let walks = 0;
    await withHalo(
      list((page) => {
        if (page === 1) walks += 1;
        if (page > 2) return envelope(0, []);
        const second = walks === 1 ? rows(3, 5) : rows(4, 6);
        return envelope(6, page === 1 ? rows(1, 3) : second);
      }),
      async (halo) => {
        const look = await withClient(halo.url, (client) => client.clients());
        expect(look.complete).toBe(true);
        expect(look.rows.map(({ clientId }) => clientId)).toEqual(['1', '2', '3', '4', '5', '6']);
        expect(walks).toBe(2);
      },
    );
  });

  it('is incomplete when a second walk is short of the count too', async () => {
    await withHalo(
      list((page) => envelope(page > 1 ? 0 : 9, page === 1 ? rows(1, 3) : [])),
      async (halo) => {
        const look = await withClient(halo.url, (client) => client.clients());
        expect(look.complete).toBe(false);
        expect(look.rows).toHaveLength(3);
        // A count of 9 calls for three pages of three, in each walk.
        expect(halo.api()).toHaveLength(2 * 3);
      },
    );
  });

  it('stops when every page is the same', async () => {
    await withHalo(
      list(() => envelope(100, rows(1, 50))),
      async (halo) => {
        const look = await withClient(halo.url, (client) => client.clients());
        expect(look.complete).toBe(false);
        expect(halo.api()).toHaveLength(4);
      },
    );
  });

  it('does without an order where it is refused, and remembers that', async () => {
    await withHalo(
      list((_, call) =>
        call.query.has('order') ? { status: 400, body: { Message: "Invalid column name 'id'." } } : envelope(2, rows(1, 2)),
      ),
      async (halo) => {
        await withClient(halo.url, async (client) => {
          expect((await client.clients()).complete).toBe(true);
          expect((await client.clients()).complete).toBe(true);
        });
        expect(halo.api().map(({ query }) => query.has('order'))).toEqual([true, false, false]);
      },
    );
  });

  it('sets malformed rows aside, with their ids where they have one', async () => {
    await withHalo(
      list(() => envelope(4, [row(1), { id: 2, name: '' }, { name: 'no id' }, 'not a record'])),
      async (halo) => {
        const look = await withClient(halo.url, (client) => client.clients());
        expect(look.complete).toBe(true);
        expect(look.rows.map(({ clientId }) => clientId)).toEqual(['1']);
        expect(look.malformed).toEqual([
          { id: '2', reason: expect.stringMatching(/name/) },
          { reason: expect.stringMatching(/no id/) },
          { reason: expect.stringMatching(/not a record/) },
        ]);
      },
    );
  });

  it('drops licences of other clients than the one asked for', async () => {
    await withHalo(
      ({ path }) =>
        path === '/api/SoftwareLicence'
          ? { body: { record_count: 3, licences: [3, 4, 3].map((client_id, index) => ({ id: index + 1, client_id })) } }
          : undefined,
      async (halo) => {
        const look = await withClient(halo.url, (client) => client.licences({ clientId: '3' }));
        expect(look).toMatchObject({ complete: true, dropped: 1 });
        expect(look.rows.map(({ licenceId }) => licenceId)).toEqual(['1', '3']);
        expect(halo.api()[0]?.query.get('client_id')).toBe('3');
        expect(halo.api()[0]?.query.get('includeinactive')).toBe('true');
      },
    );
  });

  it.each<[string, Reaction]>([
    ['a web page', { body: '<html><body>Maintenance</body></html>', headers: { 'content-type': 'text/html' } }],
    ['an empty body', { body: '' }],
    ['a cut body', { body: { record_count: 2, clients: rows(1, 2) }, cut: true }],
    ['an error with a success status', { body: { Message: 'Something failed' } }],
    ['rows that are no list', envelope(2, 'none')],
    ['rows that are missing', { body: { record_count: 2 } }],
    ['a broken connection', 'reset'],
    ['a server error', { status: 500, body: { ClassName: 'System.Exception', Message: 'Deadlock' } }],
    ['a gateway error', { status: 502, body: '<html></html>' }],
    ['a throttle', { status: 429, body: 'Rate Limit Reached' }],
  ])('is asked for again after %s, and fails if that stays', async (_, reaction) => {
    let broken = 2;
    await withHalo(
      list(() => (broken-- > 0 ? reaction : envelope(1, rows(1, 1)))),
      async (halo) => {
        await withClient(halo.url, async (client) => {
          const look = await client.clients();
          expect(look).toMatchObject({ complete: true });
          expect(look.rows).toHaveLength(1);
          broken = 1000;
          await expect(client.clients()).rejects.toBeInstanceOf(UpstreamError);
        });
      },
    );
  });

  it('waits at least 15 s after a throttle that names no time, and counts it', async () => {
    const answers: (Reaction | undefined)[] = [{ status: 429 }, { status: 429, headers: { 'retry-after': '20' } }];
    await withHalo(
      list(() => answers.shift() ?? envelope(0, [])),
      async (halo) => {
        await withClient(halo.url, async (client, pace) => {
          await client.clients();
          expect(client.calls.refused).toBe(2);
          expect(pace.slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(35_000);
        });
      },
    );
  });
});
