/** What a JSON property of a resource may hold and where it goes. */
export interface Field {
  type: 'integer' | 'double' | 'boolean' | 'text' | 'date' | 'object' | 'array';
  /** Columns of Halo's schema: a longer text does not fit. */
  length?: number;
  /** What a new record holds when nothing is given. Dates: null, shown as the empty date. */
  initial: unknown;
  /** A price, rounded when stored if the switch says so. */
  money?: boolean;
  /** Read and checked, but not a column: flags of the request, fields Halo works out itself. */
  transient?: boolean;
}

export type Fields = Readonly<Record<string, Field>>;

export const integer = (initial: number | null = 0): Field => ({ type: 'integer', initial });
export const double = (initial: number | null = 0): Field => ({ type: 'double', initial });
export const money = (): Field => ({ type: 'double', initial: 0, money: true });
export const boolean = (initial = false): Field => ({ type: 'boolean', initial });
export const text = (length?: number, initial: string | null = null): Field => ({ type: 'text', length, initial });
export const date = (): Field => ({ type: 'date', initial: null });
export const object = (): Field => ({ type: 'object', initial: null });
export const array = (): Field => ({ type: 'array', initial: null });

/** The same fields, read and checked but never stored. */
export function transient(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, { ...field, transient: true }]));
}

/** Request flags and attachments that most resources take, and the others ignore. Source: Halo's OpenAPI document. */
export const REQUEST_FLAGS = transient({
  _isimport: boolean(),
  _importtype: text(),
  _warning: text(),
  sqlimport_id: integer(),
  import_details_id: integer(),
  matching_value: text(),
  _dont_fire_automations: boolean(),
  new_external_link: object(),
  external_links: array(),
  customfields: array(),
});

/** A record in which every column holds its initial value. */
export function initialValues(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).flatMap(([name, field]) => (field.transient ? [] : [[name, field.initial]])));
}
