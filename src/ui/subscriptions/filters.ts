/** Which lines are wanted. The names are the API's, and those in the address. */
export interface Filters {
  psaInstanceId?: string;
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

/** The sort of an address. By itself, the list begins with the newest: what ended long ago is not what one looks for. */
export function sortOf(parameters: URLSearchParams): { id: string; desc: boolean } {
  const sort = parameters.get('sort');
  return sort === null || sort === '' ? { id: 'subscriptionId', desc: true } : { id: sort.replace(/^-/, ''), desc: sort.startsWith('-') };
}

/** Where the file of those lines is. */
export function csvAddress(filters: Filters): string {
  return `/api/v1/subscriptions/csv?${new URLSearchParams({ ...filters }).toString()}`;
}

/** Where a client is shown. Its id means somebody else in another PSA instance. */
export function clientAddress(clientId: string, psaInstanceId: string | undefined): string {
  return `/clients/${encodeURIComponent(clientId)}${psaInstanceId === undefined ? '' : `?psaInstance=${psaInstanceId}`}`;
}

/** Where one line is shown. */
export function lineAddress({ tenantId, subscriptionId, line }: { tenantId: string; subscriptionId: string; line: string | null }): string {
  const of = line === null ? '' : `?line=${encodeURIComponent(line)}`;
  return `/subscriptions/${tenantId}/${encodeURIComponent(subscriptionId)}${of}`;
}
