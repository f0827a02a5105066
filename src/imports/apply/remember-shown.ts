import { collected, type Client, type Licence } from '../../domain/index.js';
import type { Psa, UpdateOutcome, WriteOutcome } from '../vendors.js';

/** So many records wait to be kept at most. */
const MOST = 1000;

/** A PSA that notes what it shows while a plan is applied. */
export interface Remembering {
  psa: Psa;
  /** Keeps what has not been kept yet. */
  flush(): Promise<void>;
}

/**
 * Keeps what the PSA shows of records while they are written, so that the next look finds nothing new in them. That is done before the
 * next call and never right after a write, whose end is to be noted first.
 */
export function rememberShown(
  psa: Psa,
  keep: { clients(shown: readonly Client[]): Promise<void>; licences(shown: readonly Licence[]): Promise<void> },
): Remembering {
  let clients: Client[] = [];
  let licences: Licence[] = [];
  const flush = async (): Promise<void> => {
    const [someClients, someLicences] = [clients, licences];
    [clients, licences] = [[], []];
    if (someClients.length > 0) await keep.clients(someClients.map(asListed));
    if (someLicences.length > 0) await keep.licences(someLicences);
  };
  const flushed = async <T>(call: () => Promise<T>): Promise<T> => {
    if (clients.length + licences.length >= MOST) await flush();
    return call();
  };
  const created = <T>(outcome: WriteOutcome<T>, into: () => T[]): WriteOutcome<T> => {
    if (outcome.kind === 'stored') into().push(...outcome.shown);
    return outcome;
  };
  const updated = (outcomes: Map<string, UpdateOutcome<Licence>>): Map<string, UpdateOutcome<Licence>> => {
    for (const outcome of outcomes.values()) if (outcome.kind === 'stored' && outcome.shown) licences.push(outcome.shown);
    return outcomes;
  };
  // What rows of the list say. Answers to creates say more; kept whole, they would differ from the row in the next look.
  const listSays = new Set<string>(['ref']);
  const asListed = (client: Client): Client =>
    Object.fromEntries(Object.entries(client).filter(([key]) => listSays.has(key))) as unknown as Client;
  const eachClient: Psa['eachClient'] = (take) =>
    flushed(() =>
      psa.eachClient((rows) => {
        for (const row of rows) for (const key of Object.keys(row)) listSays.add(key);
        return keep.clients(rows).then(() => take(rows));
      }),
    );
  const eachLicence: Psa['eachLicence'] = (filter, take) =>
    flushed(() => psa.eachLicence(filter, (rows) => keep.licences(rows).then(() => take(rows))));
  return {
    flush,
    psa: {
      get calls() {
        return psa.calls;
      },
      ...(psa.seesAllClients ? { seesAllClients: () => psa.seesAllClients!() } : {}),
      clients: () =>
        collected(
          (row) => row.clientId,
          (take) => eachClient(take),
        ),
      eachClient,
      client: (id) => flushed(() => psa.client(id)),
      sites: () => flushed(() => psa.sites()),
      eachSite: (take) => psa.eachSite(take),
      site: (id) => flushed(() => psa.site(id)),
      licences: (filter = {}) =>
        collected(
          (row) => row.licenceId,
          (take) => eachLicence(filter, take),
        ),
      eachLicence,
      licence: (id) => flushed(() => psa.licence(id)),
      createClients: (records) => flushed(async () => created(await psa.createClients(records), () => clients)),
      createLicences: (records) => flushed(async () => created(await psa.createLicences(records), () => licences)),
      updateLicences: (updates) => flushed(async () => updated(await psa.updateLicences(updates))),
      updateSites: (updates) => flushed(() => psa.updateSites(updates)),
    },
  };
}
