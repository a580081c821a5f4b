/** One printable line of at most `longest` characters, as the contract wants statuses: what is not printable becomes a blank. */
export function plainText(text: string, longest: number): string {
  // eslint-disable-next-line no-control-regex -- control characters are what it replaces
  const line = text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
  return (line.length <= longest ? line : `${line.slice(0, longest - 1)}…`).toWellFormed();
}
