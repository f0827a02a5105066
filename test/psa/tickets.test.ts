import { describe, expect, it } from '@jest/globals';
import { withClient, withHalo, type Reaction, type Received } from './halo.js';

const row = (id: number, changes: object = {}): object => ({
  id,
  summary: `Ticket ${id}`,
  hasbeenclosed: false,
  dateoccurred: '2026-03-02T10:00:00',
  ...changes,
});

/** Answers lists of tickets, newest first, in pages of two. */
function pages(rows: object[], count: number | undefined = rows.length) {
  return ({ path, query }: Received): Reaction | undefined => {
    if (path !== '/api/Tickets') return undefined;
    const start = (Number(query.get('page_no')) - 1) * 2;
    return { body: { ...(count === undefined ? {} : { record_count: count }), tickets: rows.slice(start, start + 2) } };
  };
}
const wanted = { clientId: '7', text: '[mark]', since: '2026-03-01' };

describe('looking for a ticket', () => {
  it('walks the tickets of one client newest first until one holds the text', async () => {
    const rows = [row(9), row(8), row(7), row(6, { summary: 'x [mark] y', hasbeenclosed: true }), row(5)];
    await withHalo(pages(rows), async (halo) => {
      const found = await withClient(halo.url, (client) => client.findTicket(wanted));
      expect(found).toEqual({ ticketId: '6', summary: 'x [mark] y', closed: true, openedOn: '2026-03-02' });
      expect(halo.api()).toHaveLength(2);
      expect(Object.fromEntries(halo.api()[0]!.query)).toEqual({
        client_id: '7',
        pageinate: 'true',
        page_size: '100',
        page_no: '1',
        order: 'id',
        orderdesc: 'true',
      });
    });
  });

  it('ends at tickets that are older than it can be', async () => {
    const rows = [row(9), row(8, { dateoccurred: '2026-02-28T23:00:00' }), row(7, { summary: '[mark]' })];
    await withHalo(pages(rows), async (halo) => {
      expect(await withClient(halo.url, (client) => client.findTicket(wanted))).toBeNull();
      expect(halo.api()).toHaveLength(1);
    });
  });

  it('does not trust the order of a list that refused it', async () => {
    const rows = [
      row(1, { dateoccurred: '2020-01-01T00:00:00' }),
      row(2, { dateoccurred: '2020-01-01T00:00:00' }),
      row(3, { summary: '[mark]' }),
    ];
    const list = pages(rows);
    const react = (call: Received): Reaction | undefined =>
      call.query.has('order') ? { status: 400, body: { Message: 'Invalid column' } } : list(call);
    await withHalo(react, async (halo) => {
      expect(await withClient(halo.url, (client) => client.findTicket(wanted))).toMatchObject({ ticketId: '3' });
    });
  });

  it.each<[string, number | undefined]>([
    ['says how many it holds', 3],
    ['does not', undefined],
  ])('finds none in a list that %s', async (_how, count) => {
    await withHalo(pages([row(9), row(8), row(7)], count), async (halo) => {
      expect(await withClient(halo.url, (client) => client.findTicket(wanted))).toBeNull();
    });
  });

  it('finds none where there are none', async () => {
    await withHalo(pages([]), async (halo) => {
      expect(await withClient(halo.url, (client) => client.findTicket(wanted))).toBeNull();
    });
  });

  it.each<[string, (call: Received) => Reaction | undefined]>([
    ['ends short', pages([row(9), row(8), row(7)], 5)],
    [
      'shows the same page again and again',
      ({ path }) => (path === '/api/Tickets' ? { body: { record_count: 4, tickets: [row(9), row(8)] } } : undefined),
    ],
    ['is a page of the web', ({ path }) => (path === '/api/Tickets' ? { body: '<html></html>' } : undefined)],
  ])('does not take a list that %s for one without it', async (_how, react) => {
    await withHalo(react, async (halo) => {
      await expect(withClient(halo.url, (client) => client.findTicket(wanted))).rejects.toMatchObject({
        name: 'UpstreamError',
        kind: 'bad_answer',
      });
    });
  });
});

/** Answers one path with a record, when something is posted to it. */
const posted = (path: string, body: object) => (call: Received) => (call.method === 'POST' && call.path === path ? { body } : undefined);

describe('writing tickets', () => {
  it('makes one of a type at a client, with markup in its summary made harmless', async () => {
    await withHalo(posted('/api/Tickets', row(9)), async (halo) => {
      const ticket = { clientId: '7', ticketTypeId: '21', summary: `<b>${'long '.repeat(100)}`, detailsHtml: '<p>x</p>' };
      const outcome = await withClient(halo.url, (client) => client.createTicket(ticket));
      expect(outcome).toEqual({ kind: 'stored', shown: [expect.objectContaining({ ticketId: '9', closed: false })] });
      const [record] = halo.api()[0]!.records;
      expect(record).toMatchObject({
        client_id: 7,
        tickettype_id: 21,
        details_html: '<p>x</p>',
        summary: expect.stringMatching(/^&lt;b&gt;long /),
      });
      expect(String(record!['summary']).length).toBeLessThanOrEqual(250);
    });
  });

  it('adds a note that only agents see, with the outcome that Halo demands', async () => {
    await withHalo(posted('/api/Actions', { id: 4, ticket_id: 9, note: 'x' }), async (halo) => {
      const outcome = await withClient(halo.url, (client) => client.addTicketNote('9', '<p>x</p>'));
      expect(outcome).toEqual({ kind: 'stored', shown: [{ noteId: '4', ticketId: '9', text: 'x' }] });
      expect(halo.api()[0]!.body).toEqual([{ ticket_id: 9, outcome_id: 7, note_html: '<p>x</p>', hiddenfromuser: true }]);
    });
  });

  it('closes one by its status, and says whether it shows as closed', async () => {
    await withHalo(posted('/api/Tickets', row(9, { hasbeenclosed: true })), async (halo) => {
      const outcome = await withClient(halo.url, (client) => client.closeTicket('9'));
      expect(outcome).toMatchObject({ kind: 'stored', shown: [{ closed: true }] });
      expect(halo.api()[0]!.body).toEqual([expect.objectContaining({ id: 9, status_id: 9 })]);
    });
  });

  it('sends nothing for an id that is not of HaloPSA', async () => {
    await withHalo(
      () => undefined,
      async (halo) => {
        await expect(withClient(halo.url, (client) => client.closeTicket('nine'))).rejects.toThrow(RangeError);
        expect(halo.received).toEqual([]);
      },
    );
  });
});

describe('reading tickets', () => {
  it('tells whether one is closed, by its flag or by its status, and null for none', async () => {
    const answers: Reaction[] = [
      { body: row(9, { hasbeenclosed: true, status_id: 1 }) },
      { body: { id: 9, status_id: 9 } },
      { body: row(9) },
      { status: 404 },
    ];
    await withHalo(
      ({ path }) => (path === '/api/Tickets/9' ? answers.shift() : undefined),
      async (halo) => {
        await withClient(halo.url, async (client) => {
          const closed = [];
          for (let nth = 0; nth < 4; nth += 1) closed.push((await client.ticket('9'))?.closed ?? null);
          expect(closed).toEqual([true, true, false, null]);
        });
      },
    );
  });

  it('shows the notes of that ticket alone', async () => {
    const actions = [
      { id: 1, ticket_id: 9, note: 'plain', note_html: '<p>plain</p>' },
      { id: 2, ticket_id: 8, note: 'other' },
      { id: 3, ticket_id: 9 },
    ];
    await withHalo(
      ({ path }) => (path === '/api/Actions' ? { body: { record_count: 3, actions } } : undefined),
      async (halo) => {
        const notes = await withClient(halo.url, (client) => client.ticketNotes('9'));
        expect(notes.map(({ text }) => text)).toEqual(['plain\n<p>plain</p>', '']);
        expect(halo.api()[0]!.query.get('ticket_id')).toBe('9');
      },
    );
  });
});
