import type { TenantView } from '../api/generated.js';
import { countText } from '../shown/numbers.js';

/** Which customers are shown. */
export type Filter = 'undecided' | 'mapped' | 'ignored' | 'all';

/** The filters with how many customers each shows. What waits for a person comes first. */
export function filtersOf({
  mapped,
  suggested,
  ambiguous,
  broken,
  ignored,
  unmapped,
}: TenantView['customers']): { value: Filter; label: string }[] {
  const undecided = suggested + ambiguous + broken + unmapped;
  return [
    { value: 'undecided', label: `To map (${countText(undecided)})` },
    { value: 'mapped', label: `Mapped (${countText(mapped)})` },
    { value: 'ignored', label: `Ignored (${countText(ignored)})` },
    { value: 'all', label: `All (${countText(undecided + mapped + ignored)})` },
  ];
}
