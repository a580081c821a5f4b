import qrcode from 'qrcode-generator';

/** Light modules around the code that a reader needs to find it. */
const margin = 4;
/** Black on white whatever the colours of the terminal: a code the other way round is read by few. */
const [paint, plain] = ['\x1b[38;5;16;48;5;231m', '\x1b[0m'];
const blocks = [' ', '▄', '▀', '█'] as const;

/** A link as a QR code, two rows of modules in a line of text; undefined for what is too long for one. */
export function qrCode(link: string): { lines: string[]; columns: number } | undefined {
  // Control characters have no place in a link, and what is not ASCII would need another mode.
  if (!/^[\x21-\x7e]{1,500}$/.test(link)) return undefined;
  const code = qrcode(0, 'L');
  code.addData(link, 'Byte');
  code.make();
  const columns = code.getModuleCount() + 2 * margin;
  const isDark = (row: number, column: number): boolean => {
    const [r, c] = [row - margin, column - margin];
    return r >= 0 && c >= 0 && r < code.getModuleCount() && c < code.getModuleCount() && code.isDark(r, c);
  };
  const lines: string[] = [];
  for (let row = 0; row < columns; row += 2) {
    let line = '';
    for (let column = 0; column < columns; column += 1) line += blocks[(isDark(row, column) ? 2 : 0) + (isDark(row + 1, column) ? 1 : 0)];
    lines.push(`${paint}${line}${plain}`);
  }
  return { lines, columns };
}
