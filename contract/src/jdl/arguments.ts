/**
 * Splits a command's arguments as a POSIX shell does, quotes and backslashes included and nothing expanded: DIRAC takes the arguments of
 * a job as one string and splits them so. An open quote is an error, never a guess.
 */
export function splitArguments(text: string): string[] {
  const words: string[] = [];
  let word = '';
  // An empty pair of quotes is a word, nothing between two blanks is none.
  let begun = false;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    const next = text[at + 1];
    if (quote !== '' && character === quote) quote = '';
    else if (quote === "'") word += character;
    else if (character === '\\' && next !== undefined && (quote === '' || /["\\$`]/.test(next))) {
      word += next;
      begun = true;
      at += 1;
    } else if (quote === '' && (character === '"' || character === "'")) {
      quote = character;
      begun = true;
    } else if (quote === '' && /\s/.test(character)) {
      if (begun) words.push(word);
      word = '';
      begun = false;
    } else {
      word += character;
      begun = true;
    }
  }
  if (quote !== '') throw new TypeError(`The arguments ${JSON.stringify(text)} have an open ${quote}.`);
  if (begun) words.push(word);
  return words;
}

/** The other way, quoted only where a shell would need it, and not for the parentheses of `%(name)s`. */
export function joinArguments(words: readonly string[]): string {
  return words.map((word) => (/^(?:[\w@%+=:,./{}-]|%\(\w+\)s)+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
