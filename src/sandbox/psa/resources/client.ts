import type { Bound } from '../binding.js';
import { businessRefusal, Refusal } from '../refusals.js';
import { shownColumns, shownName } from '../showing.js';
import { columnsOf } from '../storing.js';
import type { Row } from '../table.js';
import { timestamp, type World } from '../world.js';
import { addressOf, shownAddress } from './address.js';
import { CLIENT_FIELDS, CLIENT_LIST_FIELDS } from './client-fields.js';
import { mergeClients } from './merging.js';
import { checkRequired, resource, storeColumns, type Detail } from './resource.js';
import { saveSite } from './site.js';

/** Some kilobytes of a logo, as rows of real lists may carry. */
const LOGO = `data:image/png;base64,${'iVBORw0KGgoAAAANSUhEUgAA'.repeat(120)}`;

/** `/Client`: the customers of the MSP. A new one gets its main site with it. */
export const clients = resource({
  path: 'client',
  table: 'client',
  fields: CLIENT_FIELDS,
  scope: 'customers',
  listKey: () => 'clients',
  cap: 'client',
  searched: ['name', 'ref'],
  idFilters: { toplevel_id: (row, id) => row['toplevel_id'] === id },
  chosen(row, query) {
    const name = query.text('search_name_only')?.toLowerCase();
    return name === undefined || String(row['name']).toLowerCase().includes(name);
  },
  inactive: (row) => row['inactive'] === true,
  bothFlags: true,
  clientOf: (row) => row.id,
  show,
  save,
  remove,
});

function show(row: Row, detail: Detail, world: World): Record<string, unknown> {
  const { switches, store } = world;
  const shown = shownColumns(detail === 'list' ? CLIENT_LIST_FIELDS : CLIENT_FIELDS, row, switches);
  Object.assign(shown, { use: 'client', key: row.id, table: 2, customer_relationship: [] });
  shown['toplevel_name'] = shownName(store.tables.toplevel.get(Number(row['toplevel_id']))?.['name'] ?? '', switches);
  const site = store.tables.site.get(Number(row['main_site_id']));
  if (detail === 'whole' || switches.mainSiteInLists) {
    shown['main_site_id'] = row['main_site_id'];
    shown['main_site_name'] = shownName(site?.['name'] ?? null, switches);
  }
  if (detail === 'whole' && site) shown['main_delivery_address'] = shownAddress(addressOf(site));
  if (detail === 'list' && !switches.refInLists) delete shown['ref'];
  if (detail === 'list' && switches.extraListFields) shown['logo'] = LOGO;
  return shown;
}

function save(bound: Bound, existing: Row | undefined, world: World): Row {
  const { switches, store } = world;
  const into = Number(bound['_merge_client_into'] ?? 0);
  if (existing && into > 0) {
    const target = mergeClients(store, existing.id, into);
    if (!target) throw businessRefusal(switches, 'The Client to merge into could not be found.', '_merge_client_into');
    store.countWrite('client');
    return target;
  }
  checkRequired(bound, existing, ['name'], world);
  checkName(bound, existing, world);
  const columns = columnsOf(CLIENT_FIELDS, bound, !existing, switches);
  if (!switches.keepsClientRef) delete columns['ref'];
  checkPlaces(columns, existing, world);
  if (existing) return storeColumns(clients, columns, existing, world);
  return create(bound, columns, world);
}

function create(bound: Bound, columns: Record<string, unknown>, world: World): Row {
  const { store, switches } = world;
  // A new client that the agent could not see would be lost to the one who made it.
  if (switches.agentRestricted !== null) throw new Refusal(switches.unauthorizedForMissingRight);
  if (!columns['toplevel_id']) columns['toplevel_id'] = store.tables.toplevel.all()[0]?.id ?? 0;
  columns['main_phonenumber'] = bound['newclient_phonenumber'] ?? '';
  columns['main_contact_name'] = bound['newclient_contactname'] ?? null;
  columns['datecreated'] = timestamp(world);
  const client = storeColumns(clients, columns, undefined, world);
  const site = saveSite(mainSiteOf(bound, client.id), undefined, world);
  return store.tables.client.update(client.id, { main_site_id: site.id }) ?? client;
}

function mainSiteOf(bound: Bound, clientId: number): Bound {
  return {
    name: bound['newclient_sitename'] ?? 'Main',
    client_id: clientId,
    phonenumber: bound['newclient_phonenumber'] ?? null,
    timezone: bound['newclient_timezone'] ?? null,
    emaildomain: bound['newclient_domain'] ?? null,
    country_code: bound['newclient_countrycode'] ?? null,
    region_code: bound['newclient_regioncode'] ?? null,
    delivery_address: bound['newclient_delivery_address'] ?? null,
    newsite_contactname: bound['newclient_contactname'] ?? null,
  };
}

function checkName(bound: Bound, existing: Row | undefined, world: World): void {
  const { switches, store } = world;
  const name = bound['name'];
  if (switches.duplicateNames === 'allowed' || typeof name !== 'string') return;
  const same = (row: Row): boolean => String(row['name']).toLowerCase() === name.toLowerCase() && row.id !== existing?.id;
  if (store.tables.client.all().some(same)) throw businessRefusal(switches, 'A Client with this name already exists.', 'name');
}

function checkPlaces(columns: Record<string, unknown>, existing: Row | undefined, { store, switches }: World): void {
  const topLevel = Number(columns['toplevel_id'] ?? 0);
  if (topLevel > 0 && !store.tables.toplevel.get(topLevel)) {
    throw businessRefusal(switches, 'The Top Level could not be found.', 'toplevel_id');
  }
  const mainSite = Number(columns['main_site_id'] ?? 0);
  if (!existing) delete columns['main_site_id'];
  else if (mainSite > 0 && store.tables.site.get(mainSite)?.['client_id'] !== existing.id) {
    throw businessRefusal(switches, 'The Site could not be found.', 'main_site_id');
  }
}

function remove(row: Row, { store, switches }: World): Row {
  if (store.tables.licence.ofClient(row.id).length > 0 || store.tables.ticket.ofClient(row.id).length > 0) {
    throw businessRefusal(switches, 'This Client is in use and cannot be deleted.');
  }
  for (const site of store.tables.site.ofClient(row.id)) store.tables.site.remove(site.id);
  return store.tables.client.remove(row.id) ?? row;
}
