import { join, oneLine, type Printable } from './printable';

export interface Column {
  name: string;
  align?: 'right' | undefined;
  /** Colours a padded cell; gets the bare value. */
  paint?: ((value: string, cell: Printable) => Printable) | undefined;
}

/**
 * DIRAC's pretty table: header, a rule of `=`, rows; columns two spaces apart, nothing padded at the end of a line. The rule is as wide
 * as all columns with a separator after each, so two longer than the widest line: that is what DIRAC prints.
 */
export function prettyTable(columns: readonly Column[], rows: readonly (readonly string[])[]): Printable {
  const cells = rows.map((row) => row.map(oneLine));
  const names = columns.map(({ name }) => oneLine(name));
  const widths = names.map((name, i) => cells.reduce((widest, row) => Math.max(widest, widthOf(row[i] ?? '')), widthOf(name)));
  const rule = '='.repeat(widths.reduce((sum, width) => sum + width + 2, 0)) as Printable;

  const last = columns.length - 1;
  const line = (row: readonly Printable[], isHeader: boolean) =>
    join(
      columns.map((column, i) => {
        const value = row[i] ?? oneLine('');
        const alignRight = !isHeader && column.align === 'right';
        const cell = pad(value, i === last && !alignRight ? 0 : (widths[i] ?? 0), alignRight);
        return isHeader || column.paint === undefined ? cell : column.paint(value, cell);
      }),
      '  ',
    );
  const all = [line(names, true), rule, ...cells.map((row) => line(row, false))];
  return all.map((text) => text.trimEnd()).join('\n') as Printable;
}

function pad(text: Printable, width: number, right: boolean): Printable {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)));
  return (right ? blanks + text : text + blanks) as Printable;
}

/** East Asian letters, also those beyond the first 65,536, and emoji; of the two letters that make a flag each takes one. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|(?![\u{1f1e6}-\u{1f1ff}])\p{Emoji_Presentation}/u;
/** Also vowels and finals of Hangul written in parts, and what joins or cannot be seen. */
const combining = /[\p{Mn}\p{Me}\u1160-\u11ff\u200b-\u200d\u2060-\u2064\ufeff]/u;

/** Columns of a terminal: East Asian letters and emoji take two, combining marks none. */
export function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += combining.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}
