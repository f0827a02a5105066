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
    accountId: '',
    country: '',
    currency: '',
  };
}

export function accountOf(tenant: TenantView): AccountForm {
  const { name, psaInstanceId, apiUrl, marketplace, username, accountId, country, currency } = tenant;
  return {
    name,
    psaInstanceId,
    apiUrl,
    marketplace,
    username,
    password: '',
    subscriptionKey: '',
    accountId: accountId ?? '',
    country: country ?? '',
    currency: currency ?? '',
  };
}

/** What a test of the account sends. */
export function credentialsOf({ apiUrl, marketplace, username, password, subscriptionKey }: AccountForm): MarketplaceAccount {
  return { apiUrl, marketplace, username, password, subscriptionKey };
}

/** The whole form as the API takes it: empty optional fields are none, empty secrets are left out. */
export function savedForm({ password, subscriptionKey, accountId, country, currency, psaInstanceId: _, ...form }: AccountForm) {
  return {
    ...form,
    ...(password === '' ? {} : { password }),
    ...(subscriptionKey === '' ? {} : { subscriptionKey }),
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
