import type { Bound } from '../binding.js';
import { array, boolean, date, double, integer, object, REQUEST_FLAGS, text, transient, type Fields } from '../fields.js';
import type { Query } from '../query.js';
import { businessRefusal } from '../refusals.js';
import { shownColumns, shownName } from '../showing.js';
import { columnsOf } from '../storing.js';
import type { Row } from '../table.js';
import { seesClient, timestamp, type World } from '../world.js';
import { addressOf, flatAddress, placedAddress, shownAddress } from './address.js';
import { checkRequired, resource, storeColumns, type Detail } from './resource.js';

/** The columns of a site. `client_id` is a double in Halo. Source: Halo's OpenAPI document (`Site`). */
export const SITE_FIELDS: Fields = {
  name: text(4000),
  client_id: double(),
  inactive: boolean(),
  sla_id: integer(),
  phonenumber: text(50, ''),
  colour: text(10, '#2bd3c6'),
  timezone: text(100, ''),
  notes: text(),
  messagegroup_id: integer(),
  emaildomain: text(255),
  isinvoicesite: boolean(),
  invoice_address_isdelivery: boolean(true),
  isstocklocation: boolean(),
  stopped: integer(),
  datecreated: date(),
  country_code: text(10, ''),
  region_code: integer(),
  ref: text(255),
  accountsid: text(255),
  azuretenantid: text(255),
  guid: text(255),
  maincontact_id: integer(),
  maincontact_name: text(255),
  ...REQUEST_FLAGS,
  ...transient({
    client_name: text(),
    clientsite_name: text(),
    country_code_name: text(),
    region_code_name: text(),
    newsite_contactname: text(),
    newsite_contactemail: text(),
    newsite_contacttitle: text(),
    delivery_address: object(),
    invoice_address: object(),
    fields: array(),
    delivery_address_line1: text(),
    delivery_address_line2: text(),
    delivery_address_line3: text(),
    delivery_address_line4: text(),
    delivery_address_line5: text(),
  }),
};

/** `/Site`: the places of a client. The main one is the client's `main_site_id`; nothing on the site says so. */
export const sites = resource({
  path: 'site',
  table: 'site',
  fields: SITE_FIELDS,
  scope: 'customers',
  listKey: () => 'sites',
  cap: 'site',
  searched: ['name', 'ref'],
  idFilters: {
    client_id: (row, id) => row['client_id'] === id,
    site_id: (row, id) => row.id === id,
    toplevel_id: (row, id, world) => world.store.tables.client.get(Number(row['client_id']))?.['toplevel_id'] === id,
  },
  inactive: (row) => row['inactive'] === true,
  bothFlags: true,
  clientOf: (row) => row['client_id'],
  show,
  save: saveSite,
  remove: (row, world) => {
    if (world.store.tables.client.get(Number(row['client_id']))?.['main_site_id'] === row.id) {
      throw businessRefusal(world.switches, 'The main Site of a Client cannot be deleted.');
    }
    return world.store.tables.site.remove(row.id) ?? row;
  },
});

function show(row: Row, detail: Detail, world: World, query?: Query): Record<string, unknown> {
  const { switches, store } = world;
  const shown = shownColumns(SITE_FIELDS, row, switches);
  const clientName = store.tables.client.get(Number(row['client_id']))?.['name'] ?? '';
  shown['client_name'] = shownName(clientName, switches);
  shown['clientsite_name'] = shownName([clientName, row['name']].join('/'), switches);
  const address = addressOf(row);
  const asObject = detail === 'whole' || (switches.siteAddress === 'object' && query?.boolean('includeaddress') === true);
  if (asObject) shown['delivery_address'] = shownAddress(address);
  if (detail === 'whole' && row['invoice_address_isdelivery'] === true) shown['invoice_address'] = shownAddress(address);
  if (detail === 'whole' || switches.siteAddress === 'flat') Object.assign(shown, flatAddress(address));
  if (detail === 'list' && query?.boolean('includenotes') !== true) delete shown['notes'];
  return shown;
}

/** Stores a posted site; also used for the main site of a new client. */
export function saveSite(bound: Bound, existing: Row | undefined, world: World): Row {
  const { switches, store } = world;
  checkRequired(bound, existing, ['name', 'client_id'], world);
  const columns = columnsOf(SITE_FIELDS, bound, !existing, switches);
  const clientId = columns['client_id'];
  if (clientId !== undefined && (!store.tables.client.get(Number(clientId)) || !seesClient(world, clientId))) {
    throw businessRefusal(switches, 'The Client could not be found.', 'client_id');
  }
  const posted = bound['delivery_address'];
  const present = existing && addressOf(existing);
  if (!present || (posted !== undefined && posted !== null)) {
    columns['delivery_address'] = placedAddress(posted, present, store, switches);
  }
  if (!existing) {
    columns['datecreated'] = timestamp(world);
    if (typeof bound['newsite_contactname'] === 'string') columns['maincontact_name'] = bound['newsite_contactname'];
  }
  return storeColumns({ table: 'site', fields: SITE_FIELDS }, columns, existing, world);
}
