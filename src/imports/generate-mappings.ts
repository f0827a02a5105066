import type { DataSource } from 'typeorm';
import type { PsaInstance, Tenant } from '../../entities/index.js';
import type { Actor } from '../auth/audit/actor.js';
import { record } from '../auth/audit/record.js';
import { ImportFailure } from './failure.js';
import { differentAccount, isAnotherAccount } from './guard/another-account.js';
import { differentPsa, seemsAnotherPsa } from './guard/another-psa.js';
import type { Needs } from './plan/input.js';
import { matchCustomers } from './plan/match-customers.js';
import { loadMappings, storeMappings } from './store/known.js';
import { mappedAmong } from './store/mapped-among.js';
import { allKnownNames } from './store/seen.js';
import { CUSTOMERS, storeShown, storeUnseen } from './store/shown.js';
import type { Query } from './store/query.js';
import { tidyMarketplace } from './tidy-marketplace.js';
import type { Marketplace, Psa } from './vendors.js';

/** What became of the customers of a tenant. */
export interface GeneratedMappings {
  /** Customers mapped now, by key or by exactly the same name. */
  mapped: number;
  suggested: number;
  ambiguous: number;
  /** Customers that no client is like: the next import creates a client for them, if it may. */
  unmatched: number;
}

export interface GenerateDeps {
  dataSource: DataSource;
  connect(tenant: Tenant, psaInstance: PsaInstance, signal: AbortSignal): Promise<{ marketplace: Marketplace; psa: Psa; close(): void }>;
}

/**
 * Maps every customer that can be matched exactly, by the same rules as an import, and notes what is only alike. Writes nothing to
 * the PSA. Safe to repeat: what is mapped or ignored stays as it is.
 *
 * @throws ImportFailure when HaloPSA does not show all of its clients, or seems to be another one, or the marketplace shows another account's customers; UpstreamError when either side cannot be read.
 */
export async function generateMappings(
  deps: GenerateDeps,
  tenant: Tenant,
  psaInstance: PsaInstance,
  actor: Actor,
  signal: AbortSignal,
): Promise<GeneratedMappings> {
  const vendors = await deps.connect(tenant, psaInstance, signal);
  try {
    return await match(deps.dataSource, tenant, actor, { ...vendors, marketplace: tidyMarketplace(vendors.marketplace) });
  } finally {
    vendors.close();
  }
}

async function match(
  dataSource: DataSource,
  tenant: Tenant,
  actor: Actor,
  { marketplace, psa }: { marketplace: Marketplace; psa: Psa },
): Promise<GeneratedMappings> {
  const customers = await marketplace.customers();
  await dataSource.transaction(async (manager) => {
    const query: Query = (sql, parameters) => manager.query(sql, parameters);
    const known = await allKnownNames({ query }, tenant.id);
    if (isAnotherAccount(known, customers)) throw differentAccount(known.size);
    await storeShown({ query }, (work) => work(query), CUSTOMERS, tenant.id, customers.rows);
    const but = customers.malformed.flatMap(({ id }) => id ?? []);
    const seen = new Set(customers.rows.map((row) => row.customerId));
    await storeUnseen({ query }, (work) => work(query), CUSTOMERS, tenant.id, seen, customers.complete ? { proven: { but } } : {});
  });
  const clients = await psa.clients();
  if (!clients.complete || clients.malformed.length > 0) {
    throw new ImportFailure(
      'vendor',
      'psa_look_incomplete',
      'HaloPSA did not show all of its clients, so no name could be known to be alone. Nothing was mapped; try again later.',
    );
  }
  if (seemsAnotherPsa(await mappedAmong(dataSource, tenant, clients.rows))) throw differentPsa();
  const input = {
    marketplace: tenant.marketplace,
    customers: customers.rows,
    customersComplete: customers.complete,
    clients: clients.rows,
    mappings: await loadMappings(dataSource, tenant.id),
    licenceClients: new Map<string, Set<string>>(),
  };
  const needs: Needs = { customers: new Set(), details: new Set(), clients: new Set(), licences: new Set(), sites: false };
  matchCustomers({ ...input, clientDetails: new Map() }, needs);
  const clientDetails = new Map<string, Awaited<ReturnType<Psa['client']>>>();
  for (const id of needs.clients) clientDetails.set(id, await psa.client(id));
  const matches = [...matchCustomers({ ...input, clientDetails }, needs).values()];

  const decisions = matches.flatMap((match) =>
    match.kind === 'open' ? [match.decision] : match.kind === 'client' && match.decision ? [match.decision] : [],
  );
  const generated = {
    mapped: matches.filter((match) => match.kind === 'client' && match.decision).length,
    suggested: matches.filter((match) => match.kind === 'open' && match.state === 'suggested').length,
    ambiguous: matches.filter((match) => match.kind === 'open' && match.state === 'ambiguous').length,
    unmatched: matches.filter((match) => match.kind === 'create' || match.kind === 'wait').length,
  };
  await dataSource.transaction(async (manager) => {
    await storeMappings((sql, parameters) => manager.query(sql, parameters), tenant.id, decisions);
    const done = { action: 'generate', entity: 'mapping', entityId: null, psaInstanceId: tenant.psaInstanceId } as const;
    const clients = Object.fromEntries(
      decisions.filter(({ state }) => state === 'mapped').map((decision) => [decision.customerId, decision.clientId]),
    );
    await record(manager, actor, done, { after: { tenantId: tenant.id, ...generated, clients } });
  });
  return generated;
}
