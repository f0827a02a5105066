import { bind } from './binding.js';
import { initialValues } from './fields.js';
import { placedAddress } from './resources/address.js';
import { agents, suppliers, ticketTypes, topLevels } from './resources/catalogue.js';
import { CLIENT_FIELDS } from './resources/client-fields.js';
import { featureRows } from './resources/features.js';
import { LICENCE_FIELDS } from './resources/licence-fields.js';
import type { Resource } from './resources/resource.js';
import { SITE_FIELDS } from './resources/site.js';
import type { PsaSeed, SeedClient } from './seed.js';
import { Store } from './store.js';
import { columnsOf } from './storing.js';
import { defaultSwitches } from './switches.js';

/** A store that holds the seed. Throws when a licence of it does not fit Halo's types or columns, which is a mistake in the seed. */
export function seeded(seed: PsaSeed): Store {
  const store = new Store();
  fill(store, topLevels, seed.topLevels);
  fill(store, suppliers, seed.suppliers);
  fill(store, agents, seed.agents);
  fill(store, ticketTypes, seed.ticketTypes);
  for (const { id, name } of featureRows()) store.tables.feature.insert({ name }, id);
  for (const client of seed.clients) addClient(store, client);
  for (const licence of seed.licences) addLicence(store, licence);
  return store;
}

function fill(store: Store, { table, fields }: Resource, rows: readonly { id: number }[]): void {
  for (const row of rows) store.tables[table].insert({ ...initialValues(fields), ...row }, row.id);
}

function addClient(store: Store, { site, ...client }: SeedClient): void {
  const { name, country_code = '', ...lines } = site;
  const address = placedAddress(lines, undefined, store, defaultSwitches());
  const columns = { ...initialValues(SITE_FIELDS), name, country_code, client_id: client.id, delivery_address: address };
  const { id } = store.tables.site.insert(columns);
  store.tables.client.insert({ ...initialValues(CLIENT_FIELDS), ...client, main_site_id: id }, client.id);
}

function addLicence(store: Store, licence: Record<string, unknown>): void {
  const errors: Record<string, string[]> = {};
  const bound = bind(LICENCE_FIELDS, licence, 0, errors);
  if (Object.keys(errors).length > 0) throw new Error(`a seeded licence does not fit: ${JSON.stringify(errors)}`);
  const columns = columnsOf(LICENCE_FIELDS, bound, true, defaultSwitches());
  const id = Number(bound['id'] ?? 0);
  store.tables.licence.insert({ ...initialValues(LICENCE_FIELDS), ...columns }, id > 0 ? id : undefined);
}
