import type { TenantView } from '../api/generated.js';

/**
 * How many customers wait for a person to say what they are. One without any match does not wait where imports create a client for
 * it by themselves.
 */
export function waitingCustomers({ customers, clientImport }: Pick<TenantView, 'customers' | 'clientImport'>): number {
  const { suggested, ambiguous, broken, unmapped } = customers;
  return suggested + ambiguous + broken + (clientImport.createUnmatched ? 0 : unmapped);
}
