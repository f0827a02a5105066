import { isRecord } from '../record.js';

/** What is uncertain about the real marketplace, each with the position it starts in. All can be moved while the sandbox runs. */
export interface MarketplaceSwitches {
  /** The status for a missing or expired token on a data call. */
  unauthorizedStatus: 401 | 403;
  /** The status of `/token` for a marketplace code that the account does not belong to. */
  unknownMarketplaceStatus: number;
  /** What a `limit` above `maxLimit` does: lowered silently, or refused with 400. */
  overLimit: 'clamp' | 'refuse';
  /** The most rows of one page. */
  maxLimit: number;
  /** The answer for an id that does not exist: 404, or 400 with "No entity has been found". */
  unknownId: 404 | '400-no-entity';
  /** Whether rows of the customer list carry nothing but id, externalId, name and status. */
  shortCustomerRows: boolean;
  /** Whether rows of the subscription list lack name, billing and term, as those of version 1.5 did. */
  oldListRows: boolean;
  /** Whether lists say their `pagination`. */
  pagination: 'full' | 'absent';
  /** How the times of orders are written: `2026-03-01T10:15:00.000Z`, or with a space for the `T`, as in the samples of version 1.1. */
  orderDates: 'iso' | 'space';
  /** The platform's own error body, or the second one that was seen (`timestamp`, `error`). */
  errorShape: 'platform' | 'spring';
  /** Whether a 429 says when to come again. */
  retryAfter: boolean;
  /** At most so many calls with a valid key in any window of so many seconds of the sandbox's clock; null for no limit. */
  throttle: { calls: number; windowSeconds: number } | null;
  /** Which calls the throttle counts: all, or single subscriptions alone. */
  throttleScope: 'all' | 'details';
  /**
   * What happens to a list each time a page after the first is read: a new row is inserted at its front, or its last row moves
   * there (the total stays, yet a row is missed). `times` bounds how often, 0 for always; null for never.
   */
  shiftPages: { kind: 'insert' | 'move'; times: number } | null;
  /** Whether every tenth row of a list is listed twice, and counted twice in the total. */
  duplicateRows: boolean;
  /** Whether the account may see costs. */
  costsVisible: boolean;
  /** Whether product lines carry `vendorSubscriptionId`. */
  vendorSubscriptionIds: boolean;
  /** How long new tokens live, by the sandbox's clock. */
  tokenLifeSeconds: number;
  /** Whether empty arrays are sent, or their fields left out as before version 1.5 (`data` of an empty list, too). */
  emptyArrays: 'empty' | 'omitted';
  /** Whether answers carry `X-Correlation-ID`. */
  correlationHeader: boolean;
}

export function defaultMarketplaceSwitches(): MarketplaceSwitches {
  return {
    unauthorizedStatus: 401,
    unknownMarketplaceStatus: 400,
    overLimit: 'clamp',
    maxLimit: 500,
    unknownId: 404,
    shortCustomerRows: true,
    oldListRows: false,
    pagination: 'full',
    orderDates: 'iso',
    errorShape: 'platform',
    retryAfter: true,
    throttle: { calls: 190, windowSeconds: 60 },
    throttleScope: 'all',
    shiftPages: null,
    duplicateRows: false,
    costsVisible: true,
    vendorSubscriptionIds: true,
    tokenLifeSeconds: 1500,
    emptyArrays: 'empty',
    correlationHeader: true,
  };
}

const CHOICES = new Map<string, readonly unknown[]>([
  ['unauthorizedStatus', [401, 403]],
  ['overLimit', ['clamp', 'refuse']],
  ['unknownId', [404, '400-no-entity']],
  ['pagination', ['full', 'absent']],
  ['orderDates', ['iso', 'space']],
  ['errorShape', ['platform', 'spring']],
  ['throttleScope', ['all', 'details']],
  ['emptyArrays', ['empty', 'omitted']],
]);

/** What is wrong with new positions for the switches, as a sentence; undefined when nothing is. */
export function wrongMarketplaceSwitch(input: Record<string, unknown>): string | undefined {
  const known = new Map<string, unknown>(Object.entries(defaultMarketplaceSwitches()));
  for (const [name, value] of Object.entries(input)) {
    if (!known.has(name)) return `The marketplace has no switch "${name}". It has: ${[...known.keys()].join(', ')}.`;
    const wrong = wrongValue(name, value, known.get(name));
    if (wrong) return `The switch "${name}" ${wrong}.`;
  }
  return undefined;
}

function wrongValue(name: string, value: unknown, usual: unknown): string | undefined {
  const choices = CHOICES.get(name);
  if (choices) return choices.includes(value) ? undefined : `can be ${choices.map((choice) => JSON.stringify(choice)).join(' or ')}`;
  if (name === 'throttle') return value === null || isThrottle(value) ? undefined : 'is null or { "calls": 190, "windowSeconds": 60 }';
  if (name === 'shiftPages') return value === null || isShift(value) ? undefined : 'is null or { "kind": "insert" or "move", "times": 0 }';
  if (typeof value !== typeof usual) return `is a ${typeof usual}`;
  return typeof value === 'number' && !(Number.isInteger(value) && value >= 1) ? 'is a whole number of at least 1' : undefined;
}

function isThrottle(value: unknown): boolean {
  return isRecord(value) && isPositive(value['calls']) && isPositive(value['windowSeconds']);
}

function isShift(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { kind, times } = value;
  return (kind === 'insert' || kind === 'move') && Number.isInteger(times) && Number(times) >= 0;
}

function isPositive(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) > 0;
}
