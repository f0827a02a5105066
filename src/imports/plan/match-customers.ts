import { clientKey, exactName, looseName, type Client, type Customer } from '../../domain/index.js';
import type { KnownMapping, MappingDecision, Needs } from './input.js';

/** What a customer is, in the PSA: one client, one still to be created, or nothing yet (with the reason, in words). */
export type Match =
  | { kind: 'client'; client: Client; decision?: MappingDecision }
  | { kind: 'create'; asked: boolean }
  | { kind: 'ignored' }
  | { kind: 'open'; state: 'suggested' | 'ambiguous' | 'broken'; detail: string; decision: MappingDecision }
  | { kind: 'wait'; detail: string };

export interface MatchInput {
  marketplace: string;
  /** Every customer of the look, whatever the import is for: a name must be alone among all of them. */
  customers: readonly Customer[];
  customersComplete: boolean;
  clients: readonly Client[];
  clientDetails: ReadonlyMap<string, Client | null>;
  mappings: readonly KnownMapping[];
  /** Clients at which the linked licences of a customer stand now: where people moved them. */
  licenceClients: ReadonlyMap<string, ReadonlySet<string>>;
  /** Customers to answer for; all others only take part in the names. */
  only?: ReadonlySet<string>;
}

function grouped<T>(rows: readonly T[], key: (row: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const at = key(row);
    if (at === undefined || at === '') continue;
    const group = groups.get(at);
    if (group) group.push(row);
    else groups.set(at, [row]);
  }
  return groups;
}

function wasOf(mapping: KnownMapping | undefined): Pick<MappingDecision, 'was'> {
  return mapping && mapping.clientId !== null ? { was: { state: mapping.state, clientId: mapping.clientId } } : {};
}

const ids = (clients: readonly Client[]): string[] =>
  clients.map((client) => client.clientId).toSorted((a, b) => Number(a) - Number(b) || a.localeCompare(b));

/**
 * Says of every customer which client it is. By a stored mapping first, which always wins; then by the key in a client's `ref`;
 * then by exactly the same name, if one active client and one customer bear it, not counting customers that are mapped to other clients or
 * ignored. A name that is only alike is a suggestion.
 */
export function matchCustomers(input: MatchInput, needs: Needs): Map<string, Match> {
  const mappings = new Map(input.mappings.map((mapping) => [mapping.customerId, mapping]));
  const byId = new Map(input.clients.map((client) => [client.clientId, client]));
  const byRef = grouped(input.clients, (client) => client.ref);
  const byExact = grouped(input.clients, (client) => exactName(client.name));
  const byLoose = grouped(input.clients, (client) => looseName(client.name));
  const byName = grouped(input.customers, (customer) => exactName(customer.name));
  /** Whether a customer may be what bears its name: nobody knows yet which client it is, or it is one of these, or one is to be made for it. */
  const mayBear = ({ customerId }: Customer, clients: readonly Client[]): boolean => {
    const mapping = mappings.get(customerId);
    if (mapping?.state === 'mapped') return mapping.clientId === null || clients.some(({ clientId }) => clientId === mapping.clientId);
    return mapping?.state !== 'ignored' && mapping?.state !== 'broken';
  };

  const open = (
    customer: Customer,
    state: 'suggested' | 'ambiguous' | 'broken',
    detail: string,
    candidates: Client[],
    keep?: KnownMapping,
  ): Match => ({
    kind: 'open',
    state,
    detail,
    decision: {
      customerId: customer.customerId,
      state,
      clientId: keep?.clientId ?? (state === 'suggested' && candidates.length === 1 ? candidates[0]!.clientId : null),
      clientName: state === 'suggested' && candidates.length === 1 ? candidates[0]!.name : null,
      origin: keep?.origin ?? null,
      candidates: ids(candidates),
      ...wasOf(keep),
    },
  });
  const mapped = (customer: Customer, client: Client, origin: MappingDecision['origin'], instead?: KnownMapping): Match => ({
    kind: 'client',
    client,
    decision: {
      customerId: customer.customerId,
      state: 'mapped',
      clientId: client.clientId,
      clientName: client.name,
      origin,
      candidates: [],
      ...wasOf(instead),
    },
  });
  const keyedClients = (customer: Customer): Client[] => byRef.get(clientKey(input.marketplace, customer.customerId)) ?? [];

  const stored = (customer: Customer, mapping: KnownMapping): Match | undefined => {
    if (mapping.state === 'ignored') return { kind: 'ignored' };
    if (mapping.state !== 'mapped' && mapping.state !== 'broken') return undefined;
    if (mapping.clientId === null) {
      // Perhaps it was created already, and the answer lost.
      const keyed = keyedClients(customer);
      return keyed.length === 1 ? mapped(customer, keyed[0]!, 'created') : { kind: 'create', asked: true };
    }
    const client = byId.get(mapping.clientId) ?? input.clientDetails.get(mapping.clientId);
    if (client === undefined) {
      needs.clients.add(mapping.clientId);
      return { kind: 'wait', detail: `client ${mapping.clientId} is being asked for` };
    }
    if (client) return mapping.state === 'mapped' ? { kind: 'client', client } : mapped(customer, client, mapping.origin, mapping);
    // Merged in Halo: the licences went to another client, and all to the same one, so the mapping follows them.
    const moved = [...(input.licenceClients.get(customer.customerId) ?? [])]
      .map((id) => byId.get(id))
      .filter((client) => client !== undefined);
    if (moved.length === 1) return mapped(customer, moved[0]!, mapping.origin, mapping);
    return open(
      customer,
      'broken',
      `It was mapped to client ${mapping.clientId}, which HaloPSA no longer has. Map it to another client.`,
      [],
      mapping,
    );
  };

  const fresh = (customer: Customer): Match => {
    const keyed = keyedClients(customer);
    if (keyed.length === 1) return mapped(customer, keyed[0]!, 'key');
    if (keyed.length > 1)
      return open(
        customer,
        'ambiguous',
        `Clients ${ids(keyed).join(', ')} carry this customer's key in their reference. Map it to one of them.`,
        keyed,
      );
    const name = exactName(customer.name);
    const same = byExact.get(name) ?? [];
    const active = same.filter((client) => !client.inactive);
    const others = (byName.get(name) ?? []).filter((other) => other.customerId !== customer.customerId && mayBear(other, active));
    if (active.length > 1)
      return open(customer, 'ambiguous', `Clients ${ids(active).join(', ')} are all called this. Map it to the right one.`, active);
    if (others.length > 0)
      return open(
        customer,
        'ambiguous',
        `Customer ${others
          .map(({ customerId }) => customerId)
          .toSorted()
          .join(', ')} has the same name. Map this one to its client, or say that one is to be created.`,
        active,
      );
    if (!input.customersComplete) {
      return {
        kind: 'wait',
        detail:
          'The list of customers could not be read whole, so it is not known whether another customer has this name. It is matched at the next import.',
      };
    }
    if (active.length === 1) return mapped(customer, active[0]!, 'name');
    if (same.length > 0)
      return open(
        customer,
        'suggested',
        `Only inactive clients (${ids(same).join(', ')}) are called this. Map it to one, or say that a new one is to be created.`,
        same,
      );
    const alike = byLoose.get(looseName(customer.name)) ?? [];
    if (alike.length > 0) {
      const names = alike
        .map((client) => `“${client.name}” (${client.clientId})`)
        .toSorted()
        .join(', ');
      return open(
        customer,
        'suggested',
        `Its name is like that of ${names}. Accept, map it to another client, or say that a new one is to be created.`,
        alike,
      );
    }
    return { kind: 'create', asked: false };
  };

  const matches = new Map<string, Match>();
  for (const customer of input.customers) {
    if (input.only && !input.only.has(customer.customerId)) continue;
    const mapping = mappings.get(customer.customerId);
    matches.set(customer.customerId, (mapping && stored(customer, mapping)) ?? fresh(customer));
  }
  return matches;
}
