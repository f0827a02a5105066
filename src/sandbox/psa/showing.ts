import type { Field, Fields } from './fields.js';
import type { PsaSwitches } from './switches.js';
import type { Row } from './table.js';

const EMPTY_DATES: Record<PsaSwitches['emptyDate'], string | null> = {
  '1900': '1900-01-01T00:00:00',
  '1901': '1901-01-01T00:00:00',
  '0001': '0001-01-01T00:00:00',
  null: null,
};

/** The columns of a record as an answer shows them, under Halo's names. */
export function shownColumns(fields: Fields, row: Row, switches: PsaSwitches): Record<string, unknown> {
  const shown: Record<string, unknown> = { id: row.id };
  for (const [name, field] of Object.entries(fields)) {
    if (!field.transient) shown[name] = shownValue(name, field, row[name] ?? field.initial, switches);
  }
  return shown;
}

function shownValue(name: string, field: Field, value: unknown, switches: PsaSwitches): unknown {
  if (field.type === 'date') return shownDate(value, switches);
  if (typeof value === 'string' && isName(name)) return shownName(value, switches);
  return value;
}

export function shownDate(value: unknown, switches: PsaSwitches): string | null {
  const date = typeof value === 'string' ? value : EMPTY_DATES[switches.emptyDate];
  return date !== null && switches.dateSuffixZ ? `${date}Z` : date;
}

/** A name, with HTML entities if the switch says so. */
export function shownName(value: unknown, switches: PsaSwitches): unknown {
  if (typeof value !== 'string' || !switches.escapesHtml) return value;
  return value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

function isName(field: string): boolean {
  return field === 'name' || field === 'summary' || field.endsWith('_name');
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
