import type { LicenceField, LicenceFields } from '../../domain/index.js';
import type { AppliedFields } from './input.js';

/** Whether two values are the same to the PSA: absent and "none" are. */
function same(a: unknown, b: unknown): boolean {
  return (a ?? null) === (b ?? null);
}

/** The fields of `wanted` that the PSA does not show, with what it shows instead. Fields that are not said (undefined) never differ. */
export function differences(wanted: LicenceFields, shown: LicenceFields): { before: LicenceFields; fields: LicenceFields } {
  const before: Record<string, unknown> = {};
  const fields: Record<string, unknown> = {};
  for (const field of Object.keys(wanted) as LicenceField[]) {
    if (wanted[field] === undefined || same(wanted[field], shown[field])) continue;
    before[field] = shown[field] ?? null;
    fields[field] = wanted[field];
  }
  return { before, fields };
}

/**
 * Splits off the fields of which the very same write was the last one: what it asked for did not stay, so something in the PSA
 * undoes or alters it, and writing it again and again would help nobody.
 */
export function withoutWhatDoesNotStick<T extends { before: object; fields: object }>(
  change: T,
  last: AppliedFields | undefined,
): { change: T; stuck: string[] } {
  if (!last) return { change, stuck: [] };
  const before: Record<string, unknown> = {};
  const fields: Record<string, unknown> = {};
  const stuck: string[] = [];
  const was = change.before as Record<string, unknown>;
  for (const [field, value] of Object.entries(change.fields)) {
    const written = last[field];
    if (written && same(written.asked, value) && written.stood.some((stood) => same(stood, was[field]))) stuck.push(field);
    else {
      before[field] = was[field];
      fields[field] = value;
    }
  }
  return { change: { ...change, before, fields }, stuck };
}
