export type StatementNames = (text: string) => string | undefined;

const namesKept = 500;
const seenKept = 2_000;

/**
 * A name makes PostgreSQL keep the parsed and planned statement for the connection. Given from the second use on, and to 500 texts at most:
 * nothing frees a name but the end of the connection, and lists of changing length would make a new text each time.
 */
export function createStatementNames(): StatementNames {
  const names = new Map<string, string>();
  const seenOnce = new Set<string>();
  return (text) => {
    const known = names.get(text);
    if (known !== undefined || names.size >= namesKept) return known;
    if (!seenOnce.delete(text)) {
      if (seenOnce.size >= seenKept) seenOnce.clear();
      seenOnce.add(text);
      return undefined;
    }
    const name = `s${names.size + 1}`;
    names.set(text, name);
    return name;
  };
}
