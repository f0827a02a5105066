import { describe, expect, it } from '@jest/globals';
import { UpstreamError } from '../../src/egress/index.js';
import { withClient, withHalo, type Reaction, type Received } from './halo.js';

const row = (id: number, more: object = {}): object => ({ id, name: `Client ${id}`, inactive: false, ...more });
const rows = (from: number, to: number): object[] => Array.from({ length: to - from + 1 }, (_, index) => row(from + index));

/** A list of clients that pages as told. */
function list(page: (number: number, call: Received) => Reaction) {
  return (call: Received): Reaction | undefined =>
    call.path === '/api/Client' ? page(Number(call.query.get('page_no')), call) : undefined;
}

const envelope = (record_count: number | undefined, clients: unknown): Reaction => ({ body: { record_count, clients } });

/** What is known of pages, by their texts. */
function pages(known: (text: string) => string[] | undefined) {
  return { nameOf: (before: string, after: string) => before + after, idsOf: (page: string) => known(page) };
}

describe('a list of which pages are known', () => {
  const three = list((page) => envelope(6, rows((page - 1) * 2 + 1, page * 2)));

  /** The ids that a walk says, those of the rows that it hands on, and how it names the pages. */
  async function walked(reaction: (call: Received) => Reaction | undefined, known: (text: string) => string[] | undefined) {
    const read: string[][] = [];
    const names: (string | undefined)[] = [];
    let walk: { ids: string[]; complete: boolean } | undefined;
    let calls = 0;
    await withHalo(reaction, async (halo) => {
      const { ids, complete } = await withClient(halo.url, (client) =>
        client.eachClient((page, name) => {
          read.push(page.map(({ clientId }) => clientId));
          names.push(name);
          return Promise.resolve();
        }, pages(known)),
      );
      walk = { ids: [...ids], complete };
      calls = halo.api().length;
    });
    return { ...walk, read, names, calls };
  }

  it('takes their ids from what is known, and reads the others', async () => {
    const { ids, complete, read, names, calls } = await walked(three, (text) => (text.includes('Client 3') ? ['3', '4'] : undefined));
    expect({ ids, complete, read, calls }).toEqual({
      ids: ['1', '2', '3', '4', '5', '6'],
      complete: true,
      read: [['1', '2'], [], ['5', '6']],
      calls: 3,
    });
    expect(new Set(names).size).toBe(3);
    expect(names).not.toContain(undefined);
  });

  it('names a page by its text, whatever number of records the list holds', async () => {
    const of = (count: number) => list((page) => envelope(count, page === 1 ? rows(1, 2) : []));
    const [first, other] = [await walked(of(2), () => undefined), await walked(of(3), () => undefined)];
    expect(other.names[0]).toBe(first.names[0]);
    expect(other.complete).toBe(false);
  });

  it.each<[string, Reaction]>([
    ['one of its rows cannot be used', envelope(2, [row(1), { name: 'No id' }])],
    ['it does not say how many records there are', envelope(undefined, rows(1, 2))],
    ['it is bare', { body: rows(1, 2) }],
    ['it says the number as text', { body: { record_count: '2', clients: rows(1, 2) } }],
    ['a row says the same number', envelope(2, [row(1), row(2, { record_count: 7 })])],
  ])('names no page when %s', async (_what, answer) => {
    const { names } = await walked(
      list((page) => (page === 1 ? answer : envelope(2, []))),
      () => undefined,
    );
    expect(names.filter((name) => name !== undefined)).toEqual([]);
  });

  it('reads a known page all the same when one of its records came before in the walk', async () => {
    const { read } = await walked(
      list((page) => envelope(3, page === 1 ? rows(1, 2) : rows(2, 3))),
      (text) => (text.includes('Client 3') ? ['2', '3'] : undefined),
    );
    expect(read).toEqual([
      ['1', '2'],
      ['2', '3'],
    ]);
  });

  it('knows none when it has to walk once more', async () => {
    let short = true;
    const { read, complete, ids } = await walked(
      list((page) => {
        if (page === 2 && short) {
          short = false;
          return envelope(4, []);
        }
        return envelope(4, rows((page - 1) * 2 + 1, page * 2));
      }),
      (text) => (text.includes('Client 1') ? ['1', '2'] : undefined),
    );
    expect({ read, complete, ids }).toEqual({
      read: [[], ['1', '2'], ['3', '4']],
      complete: true,
      ids: ['1', '2', '3', '4'],
    });
  });
});

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

describe('a record by id', () => {
  it.each<[string, Reaction]>([
    ['404', { status: 404 }],
    ['an empty object', { body: {} }],
    ['id 0', { body: { id: 0, name: null } }],
    ['another record', { body: { id: 13, name: 'Other' } }],
  ])('is null for %s', async (_, reaction) => {
    await withHalo(
      ({ path }) => (path === '/api/Client/12' ? reaction : undefined),
      async (halo) => expect(await withClient(halo.url, (client) => client.client('12'))).toBeNull(),
    );
  });

  it('is not null, but an error, for anything unreadable', async () => {
    await withHalo(
      ({ path }) => (path === '/api/Client/12' ? { body: '<html></html>' } : undefined),
      async (halo) => {
        await expect(withClient(halo.url, (client) => client.client('12'))).rejects.toMatchObject({ kind: 'bad_answer' });
      },
    );
  });

  it('carries the main site, our key and the mark of the native module', async () => {
    const body = {
      id: 12,
      name: 'A &amp; B',
      inactive: true,
      ref: 'ingram/us/7',
      toplevel_id: 2,
      main_site_id: 40,
      ingram_micro_details_id: 1,
    };
    await withHalo(
      ({ path }) => (path === '/api/Client/12' ? { body } : undefined),
      async (halo) => {
        expect(await withClient(halo.url, (client) => client.client('12'))).toEqual({
          clientId: '12',
          name: 'A & B',
          inactive: true,
          ref: 'ingram/us/7',
          topLevelId: '2',
          mainSiteId: '40',
          nativeIngram: true,
        });
      },
    );
  });

  it('says of a licence whether it is deleted, and fed by a Microsoft connection', async () => {
    await withHalo(
      ({ path }) =>
        path === '/api/SoftwareLicence/5' ? { body: { id: 5, client_id: 3, deleted: true, azure_connection_id: 2 } } : undefined,
      async (halo) => {
        const licence = await withClient(halo.url, (client) => client.licence('5'));
        expect(licence).toEqual({ licenceId: '5', clientId: '3', client_id: '3', deleted: true, azureConnected: true });
      },
    );
  });

  it('shows a site with its address, nested or flat, and its client as an id', async () => {
    const nested = {
      id: 9,
      name: 'Main',
      client_id: 12.0,
      country_code: 'US',
      delivery_address: { id: 4, line1: '1 Main St', line2: '', postcode: '89501' },
    };
    const flat = { id: 9, name: 'Main', client_id: 12, delivery_address_line1: '1 Main St', delivery_address_line5: '89501' };
    const answers = [nested, flat];
    await withHalo(
      ({ path }) => (path === '/api/Site/9' ? { body: answers.shift() } : undefined),
      async (halo) => {
        await withClient(halo.url, async (client) => {
          const site = { siteId: '9', clientId: '12', name: 'Main', inactive: false };
          expect(await client.site('9')).toEqual({
            ...site,
            countryCode: 'US',
            address: { addressId: '4', line1: '1 Main St', postcode: '89501' },
          });
          expect(await client.site('9')).toEqual({ ...site, address: { line1: '1 Main St', postcode: '89501' } });
        });
      },
    );
  });
});

describe('pickers', () => {
  it.each([
    ['a bare array', (trees: object[]) => trees],
    ['an envelope', (trees: object[]) => ({ trees })],
  ])('list the top levels from %s', async (_, wrap) => {
    const trees = [
      { id: 1, name: 'MSP' },
      { id: 2, name: 'Customers', parentid: 1 },
      { id: 3, name: 'Team', agent_department: true },
    ];
    await withHalo(
      ({ path }) => (path === '/api/TopLevel' ? { body: wrap(trees) } : undefined),
      async (halo) => {
        expect(await withClient(halo.url, (client) => client.topLevels())).toEqual([
          { topLevelId: '1', name: 'MSP' },
          { topLevelId: '2', name: 'Customers', parentId: '1' },
        ]);
      },
    );
  });

  it('search clients with one call', async () => {
    await withHalo(
      list(() => envelope(900, rows(1, 50))),
      async (halo) => {
        expect(await withClient(halo.url, (client) => client.searchClients(' a & b '))).toHaveLength(50);
        expect(halo.api()).toHaveLength(1);
        expect(halo.api()[0]?.query.get('search')).toBe('a & b');
      },
    );
  });
});
