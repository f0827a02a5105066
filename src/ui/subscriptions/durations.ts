const UNITS: Record<string, [one: string, many: string]> = {
  D: ['day', 'days'],
  W: ['week', 'weeks'],
  M: ['month', 'months'],
  Y: ['year', 'years'],
};

/** "1 month", "3 years" for an ISO 8601 duration of one unit; any other text as it is. */
export function durationText(iso: string | null): string {
  const [, count, unit] = /^P(\d+)([DWMY])$/.exec(iso ?? '') ?? [];
  const words = UNITS[unit ?? ''];
  return words === undefined ? (iso ?? '') : `${count} ${words[count === '1' ? 0 : 1]}`;
}
