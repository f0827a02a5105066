import type { Fault, Vendor } from './contract.js';

interface Rule {
  fault: Fault & { id: string };
  path?: RegExp;
  /** Calls it matched so far. */
  seen: number;
  /** Calls it disturbed so far. */
  disturbed: number;
}

/** The rules that disturb calls, in the order they were added: the first one that is due disturbs a call, alone. */
export class FaultRules {
  #rules: Rule[] = [];
  #next = 1;

  /** Takes a rule; without an id it gets one. Throws a SyntaxError when `path` is not a regular expression. */
  add(fault: Fault): Fault {
    const path = fault.path === undefined ? undefined : new RegExp(fault.path, 'i');
    const withId = { ...fault, id: fault.id ?? `fault-${this.#next++}` };
    this.remove(withId.id);
    this.#rules.push({ fault: withId, path, seen: 0, disturbed: 0 });
    return withId;
  }

  remove(id: string): void {
    this.#rules = this.#rules.filter((rule) => rule.fault.id !== id);
  }

  clear(): void {
    this.#rules = [];
  }

  /** The rules with what became of them: how many calls each matched (`seen`) and disturbed. */
  list(): (Fault & { id: string; seen: number; disturbed: number })[] {
    return this.#rules.map(({ fault, seen, disturbed }) => ({ ...fault, seen, disturbed }));
  }

  /** The rule that disturbs this call, if any. Asking counts: each call is to be asked for once. */
  match(vendor: Vendor, method: string, path: string): (Fault & { id: string }) | undefined {
    let chosen: Rule | undefined;
    for (const rule of this.#rules) {
      const { fault } = rule;
      if (fault.vendor !== vendor || (fault.method !== undefined && fault.method !== method)) continue;
      if (rule.path && !rule.path.test(path)) continue;
      rule.seen += 1;
      const times = fault.times ?? 1;
      const due = rule.seen > (fault.after ?? 0) && (times === 0 || rule.disturbed < times);
      if (!chosen && due) chosen = rule;
    }
    if (!chosen) return undefined;
    chosen.disturbed += 1;
    return chosen.fault;
  }
}

export { disturbed } from './disturbed.js';
