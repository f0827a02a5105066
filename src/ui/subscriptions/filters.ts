/** Which lines are wanted. The names are the API's, and those in the address. */
export interface Filters {
  tenantId?: string;
  customerId?: string;
  clientId?: string;
  status?: string;
  state?: string;
  autoRenew?: string;
  renewsBefore?: string;
  search?: string;
}

const NAMES = ['tenantId', 'customerId', 'clientId', 'status', 'state', 'autoRenew', 'renewsBefore', 'search'] as const;

/** The filters of an address. */
export function filtersOf(parameters: URLSearchParams): Filters {
  const set = NAMES.flatMap((name) => {
    const value = parameters.get(name);
    return value === null || value === '' ? [] : [[name, value] as const];
  });
  return Object.fromEntries(set);
}

/** The sort of an address. */
export function sortOf(parameters: URLSearchParams): { id: string; desc: boolean } | null {
  const sort = parameters.get('sort');
  return sort === null || sort === '' ? null : { id: sort.replace(/^-/, ''), desc: sort.startsWith('-') };
}

/** Where the file of those lines is. */
export function csvAddress(filters: Filters): string {
  return `/api/v1/subscriptions/csv?${new URLSearchParams({ ...filters }).toString()}`;
}

/** Where one line is shown. */
export function lineAddress({ tenantId, subscriptionId, line }: { tenantId: string; subscriptionId: string; line: string | null }): string {
  const of = line === null ? '' : `?line=${encodeURIComponent(line)}`;
  return `/subscriptions/${tenantId}/${encodeURIComponent(subscriptionId)}${of}`;
}
