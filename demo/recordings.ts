import { readFileSync } from 'node:fs';

/** Rows of a file in `demo/data`, by column name. The files hold plain CSV: no quotes, no commas in cells. */
export function readRows(file: string): Readonly<Record<string, string>>[] {
  const text = readFileSync(new URL(`data/${file}`, import.meta.url), 'utf8');
  const [header = '', ...lines] = text.trimEnd().split('\n');
  const columns = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']));
  });
}

/** A cell as a number; undefined for the gaps of a recording. */
export const numberIn = (row: Readonly<Record<string, string>>, column: string): number | undefined => {
  const cell = row[column];
  if (cell === undefined || cell === '') return undefined;
  const number = Number(cell);
  return Number.isFinite(number) ? number : undefined;
};
