import { exactName, type Client, type NewClient } from '../../domain/index.js';

/** The id of the youngest client: those above it were made later. */
export function youngest(clients: Iterable<Pick<Client, 'clientId'>>): string {
  let most = 0;
  for (const client of clients) most = Math.max(most, Number(client.clientId) || 0);
  return String(most);
}

/**
 * What a create of unknown end became: by its key; and because this may be a PSA that loses keys, by its exact name among the
 * clients without one that are younger than the create.
 */
export function recogniseClient<T extends Pick<Client, 'clientId' | 'name' | 'ref'>>(
  listed: readonly T[],
  wanted: Pick<NewClient, 'ref' | 'name'>,
  youngestBefore: string,
): T | undefined {
  return (
    listed.find((client) => client.ref === wanted.ref) ??
    listed.find(
      (client) =>
        client.ref === undefined && Number(client.clientId) > Number(youngestBefore) && exactName(client.name) === exactName(wanted.name),
    )
  );
}
