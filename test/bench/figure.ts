/** One measured thing beside what the vendors make unavoidable. */
export interface Figure {
  name: string;
  /** Null when it is refused. */
  value: number | null;
  unit: string;
  /** Null where there is nothing unavoidable. */
  floor: number | null;
  /** Null for what is only reported. */
  target: number | null;
  /** Null for what is only reported. */
  met: boolean | null;
  /** What else belongs to it: sizes, parts. */
  note?: string;
  /** Why there is no value: what it left behind was wrong, or it came to no end. */
  refused?: string;
}

export interface Measured {
  value: number;
  unit: string;
  floor?: number;
  atMost?: number;
  atLeast?: number;
  note?: string;
}

export function figure(name: string, { value, unit, floor, atMost, atLeast, note }: Measured): Figure {
  const rounded = round(value);
  const met = atMost !== undefined ? rounded <= round(atMost) : atLeast !== undefined ? rounded >= round(atLeast) : null;
  return {
    name,
    value: rounded,
    unit,
    floor: floor === undefined ? null : round(floor),
    target: atMost === undefined && atLeast === undefined ? null : round(atMost ?? atLeast ?? 0),
    met,
    ...(note === undefined ? {} : { note }),
  };
}

export function refused(name: string, why: string): Figure {
  return { name, value: null, unit: '', floor: null, target: null, met: false, refused: why };
}

/** The figures as a table for people. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, floor, target, met }) => [
    name,
    value === null ? 'refused' : `${value} ${unit}`.trim(),
    floor === null ? '–' : String(floor),
    target === null ? 'reported' : String(target),
    met === null ? '' : met ? 'met' : 'NOT MET',
  ]);
  const all = [['figure', 'value', 'floor', 'target', ''], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const notes = figures.flatMap(({ name, note }) => (note === undefined ? [] : [`  ${name}: ${note}`]));
  for (const why of new Set(figures.flatMap(({ refused: reason }) => reason ?? []))) notes.push(`  refused: ${why}`);
  return [...lines, '', ...notes].join('\n');
}

/** Three digits are more than a benchmark is good for; whole numbers stay whole. */
function round(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(3));
}
