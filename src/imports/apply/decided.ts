import type { SkipReason } from '../../../entities/index.js';

/** By what a person decided about something since it was planned: the reason to leave it alone, and what is said of that. */
export const DECIDED = {
  mapping: ['unmapped_customer', 'A person decided about its customer while the import was looking. The next import goes by that.'],
  ignored: ['ignored', 'A person said to ignore its customer while the import was looking.'],
  link: ['already_in_psa', 'A person linked this line to a licence while the import was looking. The next import goes by that.'],
  moved: ['successor', 'A person linked its licence to another line while the import was looking. The next import goes by that.'],
} as const satisfies Record<string, readonly [SkipReason, string]>;
