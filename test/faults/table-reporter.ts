import { type Figures, takeFigures } from './figures.js';

const WIDTHS = { scenario: 46, checked: 62, counts: 44 };

/** Prints the table of all scenarios once they have run. */
export default class TableReporter {
  onRunComplete(): void {
    const figures = takeFigures();
    if (figures.length === 0) return;
    const rows = [['scenario', 'runs', 'checked', 'counted', 'time', 'result'], ...figures.map(cells)].flatMap((row) => wrapped(row));
    const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    const lines = rows.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
    lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
    process.stdout.write(`\n${lines.join('\n')}\n\n`);
  }
}

function cells({ scenario, runs, checked, counts, seconds, result }: Figures): string[] {
  const counted = Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
  return [scenario, String(runs), checked, counted, `${seconds} s`, result];
}

/** A row as several where its texts are long. */
function wrapped(row: string[]): string[][] {
  const columns = row.map((cell, column) => {
    const width = [WIDTHS.scenario, 8, WIDTHS.checked, WIDTHS.counts, 8, 8][column] ?? 40;
    const lines: string[] = [''];
    for (const word of cell.split(' ')) {
      const last = lines.at(-1) ?? '';
      if (last !== '' && last.length + 1 + word.length > width) lines.push(word);
      else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
    }
    return lines;
  });
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_line, at) => columns.map((lines) => lines[at] ?? ''));
}
