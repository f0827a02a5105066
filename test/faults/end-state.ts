import type { Sandbox } from '../../src/sandbox/index.js';
import type { Installation } from './installation.js';

type Row = Readonly<Record<string, unknown>>;

/** What an import leaves behind, without the ids and times that differ between two runs of the same world. */
export interface EndState {
  clients: string[];
  sites: string[];
  licences: string[];
  links: string[];
  mappings: string[];
}

/** Of Halo alone. */
export function psaState({ psa }: Sandbox): Pick<EndState, 'clients' | 'sites' | 'licences'> {
  const clients = psa.clients();
  const names = new Map(clients.map((client) => [client.id, client['name']]));
  const plain = (rows: readonly Row[]): string[] =>
    rows
      .map(({ id: _id, client_id, site_id: _site, main_site_id: _main, delivery_address, datecreated: _at, ...rest }) => {
        const { id: _address, ...address } = (delivery_address ?? {}) as Record<string, unknown>;
        return JSON.stringify({ ...rest, client: names.get(client_id as number), address });
      })
      .toSorted();
  return { clients: plain(clients), sites: plain(psa.sites()), licences: plain(psa.licences()) };
}

export async function endState(of: Installation): Promise<EndState> {
  const licences = new Map(of.sandbox.psa.licences().map((licence) => [String(licence.id), licence]));
  const clients = new Map(of.sandbox.psa.clients().map((client) => [String(client.id), client]));
  const links = (await of.links()).map(({ subscriptionId, line, licenceId, origin }) => {
    const licence = licences.get(licenceId ?? '');
    return JSON.stringify({
      subscriptionId,
      line,
      origin,
      at: licence?.['snowid'],
      client: clients.get(String(licence?.['client_id']))?.['name'],
    });
  });
  const mappings = (await of.mappings()).map(({ customerId, state, origin, clientId }) => {
    const client = clients.get(clientId ?? '');
    return JSON.stringify({ customerId, state, origin, client: client?.['name'], ref: client?.['ref'] });
  });
  return { ...psaState(of.sandbox), links: links.toSorted(), mappings: mappings.toSorted() };
}

/** Keys that more than one record carries, and clients with more than one site of the same name. */
export function twins({ psa }: Sandbox): string[] {
  const keys = [
    ...psa.clients().map((client) => `client ${String(client['ref'])}`),
    ...psa.licences().map((licence) => `licence ${String(licence['snowid'])}`),
  ].filter((key) => key.includes(' ingram/'));
  const sites = psa.sites().map((site) => `site ${String(site['client_id'])} ${String(site['name'])}`);
  const seen = new Set<string>();
  return [...keys, ...sites].filter((key) => seen.size === seen.add(key).size);
}

/** The ids of the licences that are active now. */
export function activeLicences({ psa }: Sandbox): number[] {
  return psa.licences().flatMap((licence) => (licence['is_active'] === true && licence['deleted'] !== true ? [licence.id] : []));
}
