import type { PsaInstance, Tenant } from '../entities/index.js';
import type { Sealer } from './database/sealing.js';
import { Budget, egressPolicy, realPace, type Pace } from './egress/index.js';
import type { Vendors } from './imports/run-import.js';
import type { PsaForm } from './imports/vendors.js';
import { MarketplaceClient, type MarketplaceSettings } from './marketplace/index.js';
import { currencyMismatch, PsaClient, psaForm, type PsaSettings } from './psa/index.js';
import type { Logger } from './observability/logger.js';

/** The marketplace's hosts. */
export const MARKETPLACE_HOSTS = 'cloud.im';

export interface ConnectOptions {
  sealer: Sealer;
  /** ISTHMUS_EGRESS_ALLOW. */
  allow: readonly string[];
  logger: Logger;
  pace?: Pace;
  /** Calls a second to the marketplace to start with; the careful default when unset. The sandboxes take more. */
  marketplaceCallsPerSecond?: number;
}

/** A tenant's marketplace settings with its secrets opened. */
export async function marketplaceSettings(sealer: Sealer, tenant: Tenant): Promise<MarketplaceSettings> {
  return {
    apiUrl: tenant.apiUrl,
    marketplace: tenant.marketplace,
    username: tenant.username,
    password: await sealer.open(tenant.password, { table: 'tenants', column: 'password', row: tenant.id }),
    subscriptionKey: await sealer.open(tenant.subscriptionKey, { table: 'tenants', column: 'subscription_key', row: tenant.id }),
    ...(tenant.applicationId === null ? {} : { applicationId: tenant.applicationId }),
    ...(tenant.accountId === null ? {} : { resellerId: tenant.accountId }),
  };
}

/** A PSA instance's settings with its secret opened. */
export async function psaSettings(sealer: Sealer, psaInstance: PsaInstance): Promise<PsaSettings> {
  return {
    baseUrl: psaInstance.baseUrl,
    clientId: psaInstance.clientId,
    clientSecret: await sealer.open(psaInstance.clientSecret, { table: 'psa_instances', column: 'client_secret', row: psaInstance.id }),
    ...(psaInstance.authUrl === null ? {} : { authUrl: psaInstance.authUrl }),
    ...(psaInstance.haloTenant === null ? {} : { haloTenant: psaInstance.haloTenant }),
  };
}

/**
 * Opens both vendors for a tenant. Clients of one process share the PSA instance's budget, because Halo counts the calls of all
 * tenants together.
 */
export function connector(options: ConnectOptions): (tenant: Tenant, psaInstance: PsaInstance, signal: AbortSignal) => Promise<Vendors> {
  const { sealer, allow, logger, marketplaceCallsPerSecond } = options;
  const pace = options.pace ?? realPace;
  const psaBudgets = new Map<string, { calls: number; budget: Budget }>();
  const psaBudget = ({ id, callsPer5Minutes: calls }: PsaInstance): Budget => {
    const known = psaBudgets.get(id);
    if (known?.calls === calls) return known.budget;
    // Half at once and the rest evenly, so that no five minutes see more than was allowed.
    const budget = new Budget({ perSecond: calls / 2 / 300, burst: Math.ceil(calls / 2), pace });
    psaBudgets.set(id, { calls, budget });
    return budget;
  };
  return async (tenant, psaInstance, signal) => {
    const marketplace = new MarketplaceClient(await marketplaceSettings(sealer, tenant), {
      policy: egressPolicy({ allow, hostSuffix: MARKETPLACE_HOSTS }),
      pace,
      logger,
      signal,
      ...(marketplaceCallsPerSecond === undefined ? {} : { callsPerSecond: marketplaceCallsPerSecond }),
    });
    const psa = new PsaClient(await psaSettings(sealer, psaInstance), {
      policy: egressPolicy({ allow }),
      budget: psaBudget(psaInstance),
      pace,
      logger,
      signal,
    });
    return { marketplace, psa, form: formOf(tenant), close: () => [marketplace, psa].forEach((client) => client.close()) };
  };
}

function formOf(tenant: Tenant): PsaForm {
  const currency = tenant.currency ?? undefined;
  const { supplierId } = tenant.subscriptionImport;
  return {
    ...psaForm({ ...(currency === undefined ? {} : { currency }), ...(supplierId === undefined ? {} : { supplierId }) }),
    remark: (line) => currencyMismatch(line, currency),
  };
}
