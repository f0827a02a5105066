import type { TenantView } from '../api/generated.js';

/** A customer's state of mapping; `unmapped` is having none. */
export type ShownState = keyof TenantView['customers'];

/** Each state in a word, a colour and a sentence. */
export const MAPPING_STATES: Record<ShownState, { label: string; color: string; says: string }> = {
  unmapped: { label: 'Unmapped', color: 'gray', says: 'No client has this name.' },
  ambiguous: { label: 'Ambiguous', color: 'orange', says: 'Several have this name. Choose the right client.' },
  broken: { label: 'Client gone', color: 'red', says: 'HaloPSA no longer has its client. Choose another.' },
  suggested: { label: 'Suggested', color: 'blue', says: 'A client’s name is like this one.' },
  mapped: { label: 'Mapped', color: 'green', says: 'It is this client.' },
  ignored: { label: 'Ignored', color: 'gray', says: 'Imports leave it alone.' },
};
