import { array, boolean, date, integer, object, REQUEST_FLAGS, text, transient, type Fields } from '../fields.js';
import { businessRefusal, plainRefusal } from '../refusals.js';
import { shownColumns, shownName } from '../showing.js';
import { columnsOf } from '../storing.js';
import { timestamp } from '../world.js';
import { checkRequired, resource, storeColumns } from './resource.js';

/** The status "Closed", as Halo ships. */
const CLOSED = 9;

/** The outcomes of an action that Halo ships and that need no name. */
const OUTCOMES: Record<number, string> = { 7: 'Internal Note' };

const TICKET_FIELDS: Fields = {
  summary: text(4000),
  details: text(),
  details_html: text(),
  client_id: integer(),
  site_id: integer(),
  user_id: integer(),
  tickettype_id: integer(),
  priority_id: integer(),
  status_id: integer(1),
  agent_id: integer(1),
  team: text(255),
  category_1: text(255),
  third_party_id_string: text(255),
  dateoccurred: date(),
  dateclosed: date(),
  last_update: date(),
  ...REQUEST_FLAGS,
  ...transient({
    usertype: integer(),
    userlookup: object(),
    _forcereassign: boolean(),
    _novalidate: boolean(),
    donotapplytemplateintheapi: boolean(),
    attachments: array(),
    client_name: text(),
    tickettype_name: text(),
  }),
};

/** `/Tickets`. Source: Halo's OpenAPI document (`Faults`), and the posts of integrations that run. */
export const tickets = resource({
  path: 'tickets',
  table: 'ticket',
  fields: TICKET_FIELDS,
  scope: 'tickets',
  listKey: () => 'tickets',
  cap: 'ticket',
  searched: ['summary'],
  idFilters: {
    client_id: (row, id) => row['client_id'] === id,
    site_id: (row, id) => row['site_id'] === id,
    tickettype_id: (row, id) => row['tickettype_id'] === id,
    status_id: (row, id) => row['status_id'] === id,
  },
  chosen(row, query) {
    const closed = row['status_id'] === CLOSED;
    return !(query.boolean('open_only') === true && closed) && !(query.boolean('closed_only') === true && !closed);
  },
  clientOf: (row) => row['client_id'],
  show(row, detail, world) {
    const { switches, store } = world;
    const shown = shownColumns(TICKET_FIELDS, row, switches);
    shown['client_name'] = shownName(store.tables.client.get(Number(row['client_id']))?.['name'] ?? null, switches);
    shown['tickettype_name'] = store.tables.tickettype.get(Number(row['tickettype_id']))?.['name'] ?? null;
    shown['hasbeenclosed'] = row['status_id'] === CLOSED;
    if (detail === 'list') delete shown['details_html'];
    return shown;
  },
  save(bound, existing, world) {
    const { switches, store } = world;
    checkRequired(bound, existing, ['summary', 'tickettype_id'], world);
    const columns = columnsOf(TICKET_FIELDS, bound, !existing, switches);
    const type = columns['tickettype_id'];
    if (type !== undefined && !store.tables.tickettype.get(Number(type))) {
      throw businessRefusal(switches, 'Please select a valid Ticket Type.', 'tickettype_id');
    }
    columns['last_update'] = timestamp(world);
    if (!existing) columns['dateoccurred'] ??= timestamp(world);
    if (columns['status_id'] === CLOSED && existing?.['status_id'] !== CLOSED) columns['dateclosed'] = timestamp(world);
    return storeColumns({ table: 'ticket', fields: TICKET_FIELDS }, columns, existing, world);
  },
});

const ACTION_FIELDS: Fields = {
  ticket_id: integer(),
  outcome: text(255),
  outcome_id: integer(),
  note: text(),
  note_html: text(),
  hiddenfromuser: boolean(),
  who: text(255),
  datetime: date(),
  ...REQUEST_FLAGS,
};

/** `/Actions`: notes on a ticket. Each needs an outcome, by id or by name. */
export const actions = resource({
  path: 'actions',
  table: 'action',
  fields: ACTION_FIELDS,
  scope: 'tickets',
  listKey: () => 'actions',
  searched: ['note'],
  idFilters: { ticket_id: (row, id) => row['ticket_id'] === id },
  save(bound, existing, world) {
    const columns = columnsOf(ACTION_FIELDS, bound, !existing, world.switches);
    if (!existing) {
      if (!columns['outcome_id'] && !columns['outcome']) throw plainRefusal('An Outcome must be entered for this Action');
      if (!world.store.tables.ticket.get(Number(columns['ticket_id'] ?? 0))) throw plainRefusal('The Ticket could not be found');
      columns['outcome'] ??= OUTCOMES[Number(columns['outcome_id'])] ?? 'Note';
      columns['datetime'] = timestamp(world);
      columns['who'] = world.seed.agents[0]?.name ?? null;
    }
    return storeColumns({ table: 'action', fields: ACTION_FIELDS }, columns, existing, world);
  },
});
