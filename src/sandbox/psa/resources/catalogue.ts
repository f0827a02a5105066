import { boolean, date, double, integer, REQUEST_FLAGS, text, transient, type Fields } from '../fields.js';
import { shownColumns } from '../showing.js';
import { resource } from './resource.js';

/** The columns of a top level. Source: Halo's OpenAPI document (`Tree`). */
const TOP_LEVEL_FIELDS: Fields = {
  name: text(255),
  guid: text(36),
  parentid: integer(),
  notes: text(),
  type: integer(),
  organisation_id: integer(1),
  organisation_name: text(255),
  long_name: text(255),
  agent_department: boolean(),
  messagegroup_id: integer(),
  mailbox_override: integer(),
  ...REQUEST_FLAGS,
};

/** `/TopLevel`: the tree that clients hang under. Neither envelope is confirmed, so it is a switch. */
export const topLevels = resource({
  path: 'toplevel',
  table: 'toplevel',
  fields: TOP_LEVEL_FIELDS,
  scope: 'customers',
  listKey: (world) => (world.switches.topLevelEnvelope === 'trees' ? 'trees' : null),
});

const SUPPLIER_FIELDS: Fields = {
  name: text(255),
  toplevel_id: integer(),
  contact_name: text(255),
  email_address: text(255),
  phone_number: text(50),
  inactive: boolean(),
  website: text(250),
  accounts_id: text(255),
  notes: text(),
  address: text(),
  is_supplier: boolean(true),
  is_manufacturer: boolean(),
  details_id: integer(),
  ...REQUEST_FLAGS,
};

/** `/Supplier`. Source: Halo's OpenAPI document (`Company`). */
export const suppliers = resource({
  path: 'supplier',
  table: 'supplier',
  fields: SUPPLIER_FIELDS,
  scope: 'suppliers',
  listKey: () => 'suppliers',
  idFilters: { toplevel_id: (row, id) => row['toplevel_id'] === id },
  inactive: (row) => row['inactive'] === true,
  bothFlags: true,
});

const ITEM_FIELDS: Fields = {
  name: text(255),
  status: integer(),
  type: integer(),
  description: text(),
  note: text(),
  assetgroup_id: integer(),
  supplier_id: integer(),
  supplier_part_code: text(255),
  accountsid: text(255),
  internalreference: text(255),
  externalreference: text(255),
  third_party_id: text(255),
  baseprice: double(),
  costprice: double(),
  recurringprice: double(),
  recurringcost: double(),
  isrecurringitem: boolean(),
  item_default_billing_period: integer(),
  taxcode: integer(),
  nominalcode: text(255),
  purchasenominalcode: text(255),
  update_recurring_invoice_price: boolean(),
  update_recurring_invoice_cost: boolean(),
  dont_track_stock: boolean(),
  ignore_from_accounting_sync: boolean(),
  ...REQUEST_FLAGS,
  ...transient({ assetgroup_name: text(), supplier_name: text() }),
};

/** `/Item`: the catalogue. Source: Halo's OpenAPI document (`Item`). */
export const items = resource({
  path: 'item',
  table: 'item',
  fields: ITEM_FIELDS,
  scope: 'items',
  required: ['name', 'assetgroup_id'],
  listKey: () => 'items',
  searched: ['name', 'supplier_part_code', 'accountsid'],
  idFilters: {
    assetgroup_id: (row, id) => row['assetgroup_id'] === id,
    supplier_id: (row, id) => row['supplier_id'] === id,
  },
});

const TICKET_TYPE_FIELDS: Fields = { name: text(255), use: text(50, 'ticket'), visible: boolean(true), ...REQUEST_FLAGS };

/** `/TicketType`: a bare array. */
export const ticketTypes = resource({ path: 'tickettype', table: 'tickettype', fields: TICKET_TYPE_FIELDS });

const EXTERNAL_LINK_FIELDS: Fields = {
  table_id: integer(),
  module_id: integer(),
  halo_id: integer(),
  halo_desc: text(),
  halo_second_id: integer(),
  third_party_id: text(1000),
  third_party_secondary_id: text(1000),
  third_party_desc: text(4000),
  third_party_type: text(250),
  third_party_url: text(1000),
  primary: boolean(),
  details_id: integer(),
  date_created: date(),
  date_updated: date(),
  ...REQUEST_FLAGS,
};

/** `/ExternalLink`: which record is which one of a third party. Source: Halo's OpenAPI document (`ExternalLink_List`). */
export const externalLinks = resource({
  path: 'externallink',
  table: 'externallink',
  fields: EXTERNAL_LINK_FIELDS,
  scope: 'customers',
  required: [],
  listKey: (world) => (world.switches.externalLinkEnvelope === 'array' ? null : world.switches.externalLinkEnvelope),
  searched: ['third_party_desc', 'halo_desc'],
  idFilters: {
    table_id: (row, id) => row['table_id'] === id,
    module_id: (row, id) => row['module_id'] === id,
    halo_id: (row, id) => row['halo_id'] === id,
    details_id: (row, id) => row['details_id'] === id,
  },
  chosen: (row, query) =>
    ['third_party_id', 'third_party_secondary_id', 'third_party_desc', 'third_party_type'].every((name) => {
      const wanted = query.text(name);
      return wanted === undefined || row[name] === wanted;
    }),
});

const AGENT_FIELDS: Fields = {
  name: text(255),
  email: text(255),
  isdisabled: boolean(),
  is_agent: boolean(true),
  isapiagent: boolean(),
  one_client: integer(),
  team: text(255),
  ...REQUEST_FLAGS,
};

/** `/Agent`: a bare array. One agent alone shows the clients it is held to, none when it may see all. */
export const agents = resource({
  path: 'agent',
  table: 'agent',
  fields: AGENT_FIELDS,
  show(row, detail, world) {
    const { switches, store, seed } = world;
    const shown = shownColumns(AGENT_FIELDS, row, switches);
    if (detail === 'list') return shown;
    const held = row.id === seed.agents[0]?.id ? (switches.agentRestricted ?? []) : [];
    if (!switches.agentSaysDisabled) delete shown['isdisabled'];
    shown['clients'] = held.map((id) => ({ agent_id: row.id, client_id: id, client_name: store.tables.client.get(id)?.['name'] ?? null }));
    return shown;
  },
});
