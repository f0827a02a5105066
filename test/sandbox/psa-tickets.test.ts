import { describe, expect, it } from '@jest/globals';
import { started, type AnyRow } from './psa-fixture.js';

describe('tickets of a sandbox Halo', () => {
  const alert = { summary: 'Import failed', details_html: '<p>x</p>', tickettype_id: 21, client_id: 12, usertype: 1, _novalidate: true };

  it('are opened, noted on and closed', async () => {
    await using halo = await started();
    const ticket = (await halo.post('/api/Tickets', [alert])).body;
    expect(ticket).toMatchObject({ summary: 'Import failed', status_id: 1, hasbeenclosed: false, client_name: 'Harbour & Sons' });
    const note = await halo.post('/api/Actions', [
      { ticket_id: ticket.id, outcome_id: 7, note_html: '<p>Still so</p>', hiddenfromuser: true },
    ]);
    expect(note.body).toMatchObject({ outcome: 'Internal Note' });
    await halo.post('/api/Tickets', [{ id: ticket.id, status_id: 9 }]);
    expect((await halo.get(`/api/Tickets/${ticket.id}?includedetails=true`)).body).toMatchObject({ hasbeenclosed: true });
    expect((await halo.get<{ tickets: AnyRow[] }>('/api/Tickets?open_only=true')).body.tickets).toEqual([]);
    expect((await halo.get<{ actions: AnyRow[] }>(`/api/Actions?ticket_id=${ticket.id}`)).body.actions).toHaveLength(1);
    expect(halo.psa.tickets()).toHaveLength(1);
  });

  it('need a summary and a type; a note needs an outcome and a ticket', async () => {
    await using halo = await started();
    expect((await halo.post('/api/Tickets', [{ ...alert, summary: '' }])).status).toBe(400);
    expect((await halo.post('/api/Tickets', [{ ...alert, tickettype_id: 99 }])).status).toBe(400);
    const refused = await halo.post<unknown>('/api/Actions', [{ ticket_id: 1, note_html: 'x' }]);
    expect([refused.status, refused.body]).toEqual([400, 'An Outcome must be entered for this Action']);
    expect((await halo.post('/api/Actions', [{ ticket_id: 99, outcome: 'Note' }])).status).toBe(400);
  });
});
