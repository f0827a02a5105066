import type { MarketplaceAccount, TenantView } from '../api/generated.js';

/** What the form of an account holds. Empty secrets mean: as they are. */
export interface AccountForm {
  name: string;
  psaInstanceId: string;
  apiUrl: string;
  marketplace: string;
  username: string;
  password: string;
  subscriptionKey: string;
  applicationId: string;
  accountId: string;
  country: string;
  currency: string;
}

export function emptyAccount(psaInstanceId: string): AccountForm {
  return {
    name: '',
    psaInstanceId,
    apiUrl: '',
    marketplace: '',
    username: '',
    password: '',
    subscriptionKey: '',
    applicationId: '',
    accountId: '',
    country: '',
    currency: '',
  };
}

export function accountOf(tenant: TenantView): AccountForm {
  const { name, psaInstanceId, apiUrl, marketplace, username, applicationId, accountId, country, currency } = tenant;
  return {
    name,
    psaInstanceId,
    apiUrl,
    marketplace,
    username,
    password: '',
    subscriptionKey: '',
    applicationId: applicationId ?? '',
    accountId: accountId ?? '',
    country: country ?? '',
    currency: currency ?? '',
  };
}

/** What a test of the account sends. */
export function credentialsOf(form: AccountForm): MarketplaceAccount {
  const { apiUrl, marketplace, username, password, subscriptionKey, applicationId } = form;
  return { apiUrl, marketplace, username, password, subscriptionKey, applicationId: applicationId.trim() || null };
}

/** The whole form as the API takes it: empty optional fields are none, empty secrets are left out. */
export function savedForm(entered: AccountForm) {
  const { password, subscriptionKey, applicationId, accountId, country, currency, psaInstanceId: _, ...form } = entered;
  return {
    ...form,
    ...(password === '' ? {} : { password }),
    ...(subscriptionKey === '' ? {} : { subscriptionKey }),
    applicationId: applicationId.trim() || null,
    accountId: accountId.trim() || null,
    country: country.trim().toUpperCase() || null,
    currency: currency.trim().toUpperCase() || null,
  };
}

/** What must be filled in before anything can be tried. With `all`, the secrets too. */
export function missing(form: AccountForm, all: boolean): Partial<Record<keyof AccountForm, string>> {
  const needed: (keyof AccountForm)[] = [
    'name',
    'apiUrl',
    'marketplace',
    'username',
    ...(all ? (['password', 'subscriptionKey'] as const) : []),
  ];
  return Object.fromEntries(needed.filter((field) => form[field].trim() === '').map((field) => [field, 'Fill this in.']));
}
