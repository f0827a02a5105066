import type { Tenant } from '../../entities/index.js';
import { MARKETPLACE_HOSTS, marketplaceSettings } from '../connect.js';
import { egressPolicy } from '../egress/index.js';
import { Invalid } from '../http/problem.js';
import {
  MarketplaceClient,
  type MarketplaceDeps,
  type MarketplaceSettings,
  type MarketplaceVerification,
  normaliseApiUrl,
  normaliseMarketplace,
  verifyMarketplace,
} from '../marketplace/index.js';
import type { Services } from '../services.js';

type Needed = Pick<Services, 'config' | 'sealer' | 'logger'>;

/** A person waits for the answer, so it is given up sooner than an import would. */
function impatient(services: Pick<Services, 'config' | 'logger'>): MarketplaceDeps {
  return {
    policy: egressPolicy({ allow: services.config.egressAllow, hostSuffix: MARKETPLACE_HOSTS }),
    logger: services.logger,
    timeouts: { tokenMs: 20_000, readMs: 30_000 },
    retry: { attempts: 2, attemptsOn500: 2, longestMs: 2000 },
  };
}

/** Asks a tenant's marketplace something, and closes its connections after. @throws UpstreamError when it cannot be read. */
export async function askMarketplace<T>(
  services: Needed,
  tenant: Tenant,
  question: (marketplace: MarketplaceClient) => Promise<T>,
): Promise<T> {
  const client = new MarketplaceClient(await marketplaceSettings(services.sealer, tenant), impatient(services));
  try {
    return await question(client);
  } finally {
    client.close();
  }
}

/** Tries an account, one thing after another. */
export function checkAccount(
  services: Pick<Services, 'config' | 'logger'>,
  settings: MarketplaceSettings,
): Promise<MarketplaceVerification> {
  return verifyMarketplace(settings, impatient(services));
}

/** Whether the credentials were accepted, though something else may not be known: a throttle on the lists, say. */
export function credentialsWork({ result, checks }: MarketplaceVerification): boolean {
  return result === 'ok' || (result === 'unknown' && checks.some((check) => check.name === 'marketplace' && check.result === 'ok'));
}

/** The address and code of an account in their usual form, and what is worth saying about them. @throws Invalid naming the field. */
export function usualForm(account: { apiUrl: string; marketplace: string }): { apiUrl: string; marketplace: string; remarks: string[] } {
  const address = normaliseApiUrl(account.apiUrl);
  const code = normaliseMarketplace(account.marketplace);
  const faults = [
    ...('error' in address ? [{ pointer: '/apiUrl', message: address.error }] : []),
    ...('error' in code ? [{ pointer: '/marketplace', message: code.error }] : []),
  ];
  if ('error' in address || 'error' in code) throw new Invalid(faults);
  return { apiUrl: address.url, marketplace: code.code, remarks: code.remarks };
}
