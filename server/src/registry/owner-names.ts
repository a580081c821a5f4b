const longest = 32;
/** Names that would be taken for somebody or something else. */
const reserved = ['root', 'admin', 'administrator', 'operator', 'pilot', 'server', 'system', 'anonymous', 'nobody', 'diracadmin', 'hosts'];

/** An owner's name out of what a provider calls somebody: letters, digits and `. _ -`, beginning with a letter. */
export function safeOwner(preferredUsername: string | undefined, name?: string, email?: string): string {
  const said = [preferredUsername, email, name].map((text) => plain(text ?? '')).find((text) => text.length >= 2);
  return said ?? 'user';
}

function plain(text: string): string {
  return (text.split('@')[0] ?? '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z]+|[._-]+$/g, '')
    .slice(0, longest);
}

/** The name and what is tried where it is taken: `ada`, `ada2`, `ada3` … */
export function candidates(owner: string, from: number, n: number): string[] {
  return Array.from({ length: n }, (_, i) => from + i).map((number) => (number === 1 ? owner : `${owner}${number}`));
}

export async function freeOwner(owner: string, taken: (names: readonly string[]) => Promise<ReadonlySet<string>>): Promise<string> {
  for (let from = reserved.includes(owner) ? 2 : 1; ; from += 50) {
    const names = candidates(owner, from, 50);
    const known = await taken(names);
    const free = names.find((name) => !known.has(name.toLowerCase()));
    if (free !== undefined) return free;
  }
}
