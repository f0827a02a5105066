import type { Tenant } from '../../entities/index.js';
import { marketplaceSettings } from '../connect.js';
import { Invalid, Unprocessable } from '../http/problem.js';
import type { MarketplaceSettings } from '../marketplace/index.js';
import type { Services } from '../services.js';
import type { MarketplaceAccount, UpdateTenant } from './dto.js';
import { checkAccount, credentialsWork } from './marketplace-connection.js';

/** The address and code of an account in their usual form. */
interface Form {
  apiUrl: string;
  marketplace: string;
}

/** What a marketplace client needs of an account. */
export function settingsOf(account: Omit<MarketplaceAccount, 'apiUrl' | 'marketplace'>, form: Form): MarketplaceSettings {
  const { username, password, subscriptionKey, applicationId } = account;
  return {
    apiUrl: form.apiUrl,
    marketplace: form.marketplace,
    username,
    password,
    subscriptionKey,
    ...(typeof applicationId === 'string' ? { applicationId } : {}),
  };
}

/** @throws Unprocessable with the checks when an account does not work, or nobody can say. */
export async function requireWorking(services: Services, settings: MarketplaceSettings): Promise<void> {
  const found = await checkAccount(services, settings);
  if (credentialsWork(found)) return;
  const failed = found.checks.find((check) => check.result === 'failed');
  const errors = failed?.field === undefined ? [] : [{ pointer: `/${failed.field}`, message: failed.detail }];
  const detail = `The account does not work, so nothing was saved. ${failed?.detail ?? 'Whether it works could not be found out now. Try again later.'}`;
  throw new Unprocessable(detail, { result: found.result, checks: found.checks, errors });
}

/** The account as it would be, if anything of it changes. */
export async function changedAccount(
  services: Services,
  before: Tenant,
  wanted: UpdateTenant,
  form: Form,
): Promise<MarketplaceSettings | undefined> {
  const changes =
    form.apiUrl !== before.apiUrl ||
    form.marketplace !== before.marketplace ||
    wanted.password !== undefined ||
    wanted.subscriptionKey !== undefined ||
    (wanted.username !== undefined && wanted.username !== before.username) ||
    (wanted.applicationId !== undefined && wanted.applicationId !== before.applicationId);
  if (!changes) return undefined;
  const stored = await marketplaceSettings(services.sealer, before);
  const account = {
    username: wanted.username ?? before.username,
    password: wanted.password ?? stored.password,
    subscriptionKey: wanted.subscriptionKey ?? stored.subscriptionKey,
    applicationId: wanted.applicationId === undefined ? before.applicationId : wanted.applicationId,
  };
  return settingsOf(account, form);
}

/** The secrets that were given, sealed for the tenant of this id. */
export async function sealedSecrets(
  services: Services,
  id: string,
  secrets: { password?: string; subscriptionKey?: string },
): Promise<{ password?: string; subscriptionKey?: string }> {
  const { sealer } = services;
  const place = { table: 'tenants', row: id };
  return {
    ...(secrets.password === undefined ? {} : { password: await sealer.seal(secrets.password, { ...place, column: 'password' }) }),
    ...(secrets.subscriptionKey === undefined
      ? {}
      : { subscriptionKey: await sealer.seal(secrets.subscriptionKey, { ...place, column: 'subscription_key' }) }),
  };
}

/** A secret is never sent to an address, or for a user, that it was not entered for. @throws Invalid naming the secrets. */
export function requireSecrets(before: Tenant, wanted: UpdateTenant, apiUrl: string): void {
  const changed = [
    ...(apiUrl === before.apiUrl ? [] : ['apiUrl']),
    ...(wanted.username === undefined || wanted.username === before.username ? [] : ['username']),
  ];
  if (changed.length === 0) return;
  const missing = (['password', 'subscriptionKey'] as const).filter((name) => wanted[name] === undefined);
  if (missing.length === 0) return;
  throw new Invalid(
    missing.map((name) => ({ pointer: `/${name}`, message: `${name} is needed again to change ${changed.join(' and ')}` })),
    'A secret is never sent to an address, or for a user, that it was not entered for: send the secrets in the same request.',
  );
}
