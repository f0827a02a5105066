import type { DataSource } from 'typeorm';
import type { PsaInstance, Tenant } from '../entities/index.js';
import type { Sealer } from './database/sealing.js';
import { egressPolicy, realPace, type Budget, type Pace } from './egress/index.js';
import type { Connecting, Vendors } from './imports/run-import.js';
import type { PsaForm } from './imports/vendors.js';
import { accountBudget, MarketplaceClient, type MarketplaceSettings } from './marketplace/index.js';
import { currencyMismatch, PsaClient, psaForm, type PsaSettings } from './psa/index.js';
import type { Logger } from './observability/logger.js';
import { countRefusal } from './observability/refusals.js';
import { SharedBudget } from './psa-instances/budget/shared-budget.js';

/** The marketplace's hosts. */
export const MARKETPLACE_HOSTS = 'cloud.im';

export interface ConnectOptions {
  /** Keeps the budget that all processes share, and counts refusals. */
  dataSource: DataSource;
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
 * Opens both vendors for a tenant. The budget of its PSA instance is shared with all processes, because Halo counts the calls of all
 * tenants together.
 */
export function connector(
  options: ConnectOptions,
): (tenant: Tenant, psaInstance: PsaInstance, signal: AbortSignal, how?: Connecting) => Promise<Vendors> {
  const { dataSource, sealer, allow, marketplaceCallsPerSecond } = options;
  const pace = options.pace ?? realPace;
  // Where time is not the machine's, the database's is not either.
  const databaseNow = options.pace === undefined ? {} : { databaseNow: () => new Date(pace.now()) };
  // What a marketplace account was found to take is kept for its next import. Tenants of a PSA instance may share one.
  const accounts = new Map<string, Budget>();
  const accountOf = (psaInstanceId: string, { apiUrl, username }: MarketplaceSettings): Budget => {
    const account = JSON.stringify([psaInstanceId, apiUrl, username]);
    const budget = accounts.get(account) ?? accountBudget(pace, marketplaceCallsPerSecond);
    accounts.set(account, budget);
    return budget;
  };
  // One for each tenant, so that each has a place of its own in the line, however many imports a process runs.
  const budgets = new Map<string, SharedBudget>();
  const budgetOf = ({ id, psaInstanceId }: Tenant, scheduled: boolean): SharedBudget => {
    const place = `${id} ${scheduled}`;
    const budget =
      budgets.get(place) ?? new SharedBudget({ dataSource, psaInstanceId, pace, logger: options.logger, scheduled, ...databaseNow });
    budgets.set(place, budget);
    return budget;
  };
  return async (tenant, psaInstance, signal, { writes, scheduled = false } = {}) => {
    const logger = options.logger.child({ tenantId: tenant.id });
    const account = await marketplaceSettings(sealer, tenant);
    const marketplace = new MarketplaceClient(account, {
      policy: egressPolicy({ allow, hostSuffix: MARKETPLACE_HOSTS }),
      pace,
      logger,
      signal,
      onRefused: () => countRefusal(dataSource, logger, tenant.id, 'marketplace'),
      budget: accountOf(psaInstance.id, account),
    });
    const psa = new PsaClient(await psaSettings(sealer, psaInstance), {
      policy: egressPolicy({ allow }),
      budget: budgetOf(tenant, scheduled),
      updateBatch: psaInstance.recordsPerCall,
      pace,
      logger,
      signal,
      onRefused: () => countRefusal(dataSource, logger, tenant.id, 'psa'),
      permit: writes,
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
