import { createHash, randomBytes, randomInt } from 'node:crypto';

/** Consonants only: nothing is mistaken for another sign, and no word comes out. */
const alphabet = 'BCDFGHJKLMNPQRSTVWXZ';
const userCodeLength = 8;

/** `BCDF-GHJK`: 20⁸ = 2.6·10¹⁰ codes, each good for ten minutes and once; at ten wrong ones a minute and address nobody finds one. */
export function newUserCode(): string {
  const letters = Array.from({ length: userCodeLength }, () => alphabet[randomInt(alphabet.length)]).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** As people type it: any case, with or without the dash. Undefined: cannot be one. */
export function readUserCode(text: string): string | undefined {
  const letters = text.toUpperCase().replace(/[\s-]/g, '');
  if (letters.length !== userCodeLength || ![...letters].every((letter) => alphabet.includes(letter))) return undefined;
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** 256 bits. */
export const newCode = (): string => randomBytes(32).toString('base64url');

/** RFC 7636, S256. */
export const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');
