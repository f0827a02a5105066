import { describe, expect, it } from '@jest/globals';
import { csvRow } from '../../src/subscriptions/csv.js';

/** The cells of a row in a spreadsheet whose separator is another than the comma: for it, only quotes at a cell's beginning are quotes. */
const cellsElsewhere = (row: string): string[] => row.split(/[;\t\r\n]+/);

describe('A row of a file for spreadsheets', () => {
  it.each([`Contoso;=cmd|' /C calc'!A0;`, 'Contoso;  +1', 'Contoso\t@SUM(1)', 'Contoso\r\n-1+2', 'Contoso\n=1'])(
    'holds nothing that is run where semicolons or tabs separate, as in much of Europe: %j',
    (name) => {
      expect(cellsElsewhere(csvRow(['1', name, '2'])).filter((cell) => /^\s*[=+\-@]/.test(cell))).toEqual([]);
    },
  );

  it.each(['Contoso; Ltd', 'A-B; C+D', 'Smith & Sons', 'a=b'])('holds other texts as they are: %j', (name) => {
    expect(csvRow([name]).replaceAll('"', '')).toBe(`${name}\r\n`);
  });
});
