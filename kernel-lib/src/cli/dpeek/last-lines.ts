/** The last lines of a text; a newline at its end does not begin another line. */
export function lastLines(text: string, count: number): string {
  if (count === 0) return '';
  let start = text.length;
  let from = text.endsWith('\n') ? text.length - 2 : text.length - 1;
  for (let found = 0; found < count; found += 1) {
    const newline = from < 0 ? -1 : text.lastIndexOf('\n', from);
    start = newline + 1;
    if (newline < 0) break;
    from = newline - 1;
  }
  return text.slice(start);
}
