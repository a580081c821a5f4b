/** A section of DIRAC's configuration: options and sections in it, each with the line where it stands. */
export interface CfgSection {
  line: number;
  options: Map<string, { value: string; line: number }>;
  sections: Map<string, CfgSection>;
}

export class CfgError extends Error {
  readonly line: number;

  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
    this.name = 'CfgError';
    this.line = line;
  }
}

const mostDeep = 50;

/**
 * DIRAC's cfg: `Name { … }`, the brace on the same line or a later one; `Option = value` to the end of the line; `Option += more` appends after a
 * comma; `#` begins a comment anywhere. DIRAC reads a stray word into the next name; here it is an error with its line.
 */
export function parseCfg(text: string): CfgSection {
  const root = section(1);
  const open: CfgSection[] = [root];
  /** A word whose brace has not come yet. */
  let pending: { name: string; line: number } | undefined;
  const inner = (): CfgSection => open.at(-1) ?? root;

  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  lines.forEach((whole, at) => {
    const line = at + 1;
    let rest = whole.replace(/#.*$/s, '').trim();
    while (rest !== '') {
      const [, word = '', sign = '', after = ''] = /^([^{}=+]*(?:\+(?!=)[^{}=+]*)*)(\+=|[{}=]|$)(.*)$/s.exec(rest) ?? [];
      const name = word.trim();
      if (sign === '=' || sign === '+=') {
        if (pending !== undefined) throw new CfgError(pending.line, `"${pending.name}" is neither a section nor an option`);
        setOption(inner(), name, after.trim(), sign === '+=', line);
        return;
      }
      if (name !== '') {
        if (pending !== undefined) throw new CfgError(pending.line, `"${pending.name}" is neither a section nor an option`);
        pending = { name, line };
      }
      if (sign === '{') {
        if (pending === undefined) throw new CfgError(line, 'a section without a name');
        open.push(openSection(inner(), pending.name, pending.line));
        pending = undefined;
        if (open.length > mostDeep) throw new CfgError(line, `sections are nested more than ${mostDeep} deep`);
      } else if (sign === '}') {
        if (pending !== undefined) throw new CfgError(pending.line, `"${pending.name}" is neither a section nor an option`);
        if (open.length === 1) throw new CfgError(line, 'a closing brace without an open section');
        open.pop();
      }
      rest = after.trim();
    }
  });
  if (pending !== undefined) throw new CfgError((pending as { line: number }).line, `"${(pending as { name: string }).name}" is neither a section nor an option`); // prettier-ignore
  if (open.length > 1) throw new CfgError(inner().line, 'this section is never closed');
  return root;
}

const section = (line: number): CfgSection => ({ line, options: new Map(), sections: new Map() });

/** The same section again goes on with it. */
function openSection(within: CfgSection, name: string, line: number): CfgSection {
  const found = within.sections.get(name) ?? section(line);
  within.sections.set(name, found);
  return found;
}

function setOption(within: CfgSection, name: string, value: string, append: boolean, line: number): void {
  if (name === '') throw new CfgError(line, 'a value without the name of its option');
  const before = within.options.get(name)?.value;
  within.options.set(name, { value: append && before !== undefined && before !== '' ? `${before}, ${value}` : value, line });
}

/** `a, b` as DIRAC reads a list. */
export const listOf = (text: string | undefined): string[] => (text ?? '').split(',').map((item) => item.trim()).filter((item) => item !== ''); // prettier-ignore
