import type { Bound } from '../binding.js';
import { businessRefusal } from '../refusals.js';
import { shownColumns, shownName } from '../showing.js';
import { columnsOf } from '../storing.js';
import type { Row } from '../table.js';
import { seesClient, type World } from '../world.js';
import { LICENCE_FIELDS } from './licence-fields.js';
import { checkRequired, resource, storeColumns, type Detail } from './resource.js';

/** `/SoftwareLicence`: licences and subscriptions. Deleting marks them. */
export const licences = resource({
  path: 'softwarelicence',
  table: 'licence',
  fields: LICENCE_FIELDS,
  scope: 'softwarelicensing',
  listKey: () => 'licences',
  cap: 'licence',
  searched: ['name', 'manufacturer', 'vendor'],
  idFilters: {
    client_id: (row, id) => row['client_id'] === id,
    site_id: (row, id) => row['site_id'] === id,
    licence_type: (row, id) => row['type'] === id,
    toplevelid: (row, id, world) => world.store.tables.client.get(Number(row['client_id']))?.['toplevel_id'] === id,
  },
  chosen(row, query, world) {
    const tenant = query.text('tenant_id');
    return (tenant === undefined || row['tenant_id'] === tenant) && (row['deleted'] !== true || world.switches.deletedInLists);
  },
  inactive: (row) => row['is_active'] === false || row['deleted'] === true,
  clientOf: (row) => row['client_id'],
  show,
  save,
  remove: (row, world) => world.store.tables.licence.update(row.id, { deleted: true }) ?? row,
});

function show(row: Row, detail: Detail, world: World): Record<string, unknown> {
  const { switches, store } = world;
  const shown = shownColumns(LICENCE_FIELDS, row, switches);
  const client = shownName(store.tables.client.get(Number(row['client_id']))?.['name'] ?? null, switches);
  shown['client_name'] = client;
  shown['licence_client_name'] = client;
  shown['site_name'] = shownName(store.tables.site.get(Number(row['site_id']))?.['name'] ?? null, switches);
  shown['supplier_name'] = shownName(store.tables.supplier.get(Number(row['supplier_id']))?.['name'] ?? null, switches);
  shown['licences_in_use'] = 0;
  shown['licences_available'] = row['count'];
  if (detail === 'list' && !switches.snowidInLists) delete shown['snowid'];
  if (detail === 'whole') shown['licence_roles'] = [];
  return shown;
}

function save(bound: Bound, existing: Row | undefined, world: World): Row {
  const { switches, store } = world;
  checkRequired(bound, existing, switches.licenceNeeds, world);
  const columns = columnsOf(LICENCE_FIELDS, bound, !existing, switches);
  if (!switches.keepsSnowid) delete columns['snowid'];
  // "No site" and "no client" are -1 to the one who writes and 0 in the table.
  for (const field of ['client_id', 'site_id']) if (Number(columns[field]) < 0) columns[field] = 0;
  const clientId = columns['client_id'];
  if (typeof clientId === 'number' && clientId > 0 && (!store.tables.client.get(clientId) || !seesClient(world, clientId))) {
    throw businessRefusal(switches, 'The Client could not be found.', 'client_id');
  }
  return storeColumns({ table: 'licence', fields: LICENCE_FIELDS }, columns, existing, world);
}
