/**
 * Matches in time proportional to pattern × path, whatever the pattern: a regular expression made from `*a*a*a*…` could hold the whole
 * pilot for minutes. One step back to the last star is enough for a wildcard, at the level of letters and at the level of names alike.
 */
function matchList<P, V>(
  pattern: readonly P[],
  values: readonly V[],
  isStar: (part: P) => boolean,
  fits: (part: P, value: V) => boolean,
): boolean {
  let p = 0;
  let v = 0;
  let star = -1;
  let resume = 0;
  while (v < values.length) {
    const part = pattern[p];
    const value = values[v] as V;
    if (part !== undefined && isStar(part)) {
      star = p;
      resume = v;
      p += 1;
    } else if (part !== undefined && fits(part, value)) {
      p += 1;
      v += 1;
    } else if (star >= 0) {
      resume += 1;
      v = resume;
      p = star + 1;
    } else {
      return false;
    }
  }
  return pattern.slice(p).every(isStar);
}

/** As in a shell, a wildcard does not match the dot that hides a file. */
function matchName(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  return matchList(
    [...pattern],
    [...name],
    (letter) => letter === '*',
    (letter, value) => letter === '?' || letter === value,
  );
}

const matchNames = (pattern: readonly string[], names: readonly string[]): boolean =>
  matchList(pattern, names, (part) => part === '**', matchName);

/** Whether the pattern names this path, or a directory above it: a directory stands for all files below. */
export function matchesGlob(pattern: string, path: string): boolean {
  const parts = pattern.split('/');
  const names = path.split('/');
  return names.some((_, index) => matchNames(parts, names.slice(0, index + 1)));
}

/** The names before the first wildcard: where to begin looking. */
export function fixedPrefix(pattern: string): string {
  const parts = pattern.split('/');
  const first = parts.findIndex((part) => /[*?]/.test(part));
  return (first < 0 ? parts : parts.slice(0, first)).join('/');
}
