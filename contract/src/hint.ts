/** The known word that differs least, if it differs little; for error messages. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const wanted = word.toLowerCase().slice(0, 100);
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let least = limit + 1;
  for (const candidate of known) {
    const distance = distanceOf(wanted, candidate.toLowerCase(), least);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** ` Did you mean "x"?`, or nothing. */
export function hint(word: string, known: readonly string[], show: (word: string) => string = (known) => known): string {
  const meant = didYouMean(word, known);
  return meant === undefined ? '' : ` Did you mean ${show(meant)}?`;
}

/** Letters to add, drop, change or swap with their neighbour. */
function distanceOf(a: string, b: string, atMost: number): number {
  if (Math.abs(a.length - b.length) >= atMost) return atMost;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? atMost;
}
