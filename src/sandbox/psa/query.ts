import { bindingRefusal } from './refusals.js';
import type { PsaSwitches } from './switches.js';

/** The query of a request. Names in any letter case, as .NET binds them; values that do not fit their type are refused. */
export class Query {
  readonly #values = new Map<string, string>();
  readonly #switches: PsaSwitches;

  constructor(search: string, switches: PsaSwitches) {
    this.#switches = switches;
    for (const [name, value] of new URLSearchParams(search)) this.#values.set(name.toLowerCase(), value);
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return value === undefined || value === '' ? undefined : value;
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^-?\d{1,9}$/.test(value.trim())) throw this.#invalid(name, value);
    return Number(value);
  }

  boolean(name: string): boolean | undefined {
    const value = this.text(name)?.trim().toLowerCase();
    if (value === undefined || value === 'true' || value === 'false') return value === undefined ? undefined : value === 'true';
    throw this.#invalid(name, value);
  }

  /** The same text for the same parameters, those named left out. */
  without(...names: string[]): string {
    return JSON.stringify([...this.#values].filter(([name]) => !names.includes(name)).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #invalid(name: string, value: string): Error {
    return bindingRefusal(this.#switches, { [name]: [`The value '${value}' is not valid.`] });
  }
}
