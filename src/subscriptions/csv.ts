/** What a spreadsheet may take for the beginning of a formula: https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[\s\p{Cc}]*[=+\-@\t\r＝＋－＠]/u;

/**
 * The same behind what separates fields or rows in other spreadsheets than those of commas. Where semicolons do, as in much of Europe, the quotes
 * around a field are letters like any other, unless it is the first of its row.
 */
const FORMULA_ELSEWHERE = /([;\t\r\n])(?=[\s\p{Cc}]*[=+\-@＝＋－＠])/gu;

/** A field of a CSV file: numbers as they are, texts quoted, and never one that a spreadsheet would run. */
function field(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const harmless = (FORMULA.test(value) ? `'${value}` : value).replace(FORMULA_ELSEWHERE, `$1'`);
  return /[",;\r\n]/.test(harmless) || harmless !== harmless.trim() ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** A row of a CSV file (RFC 4180) with its line break. */
export function csvRow(values: readonly (string | number | null)[]): string {
  return `${values.map(field).join(',')}\r\n`;
}
