import fc from 'fast-check';
import { fixedPrefix, matchesGlob } from './glob.ts';

describe('globs of an output sandbox', () => {
  it.each([
    ['*.txt', 'a.txt', true],
    ['*.txt', 'dir/a.txt', false],
    ['*.txt', '.hidden.txt', false],
    ['.*', '.hidden', true],
    ['?.dat', '1.dat', true],
    ['?.dat', '12.dat', false],
    ['?.dat', 'ä.dat', true],
    ['dir', 'dir/deep/file', true],
    ['d*', 'dir/deep/file', true],
    ['dir/*/file', 'dir/deep/file', true],
    ['dir/*/file', 'dir/deep/er/file', false],
    ['**/file', 'file', true],
    ['**/file', 'a/b/file', true],
    ['a/**', 'a/b/c', true],
    ['a/**/c/*.x', 'a/b/c/c/1.x', true],
    ['a.b', 'axb', false],
    ['[ab]', 'a', false],
  ])('%s and %s: %s', (pattern, path, expected) => expect(matchesGlob(pattern, path)).toBe(expected));

  it('agree with the same pattern as a regular expression', () => {
    const word = fc
      .string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 6 })
      .filter((part) => !part.includes('**'));
    const name = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(word, name, (pattern, path) => {
        const regular = new RegExp(`^${pattern.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}$`);
        expect(matchesGlob(pattern, path)).toBe(regular.test(path));
      }),
    );
  });

  it('take no longer for a pattern made to be slow', () => {
    expect(matchesGlob('*a'.repeat(120) + 'b', 'a'.repeat(250))).toBe(false);
    expect(matchesGlob('**/'.repeat(14) + 'b', Array(16).fill('a').join('/'))).toBe(false);
  });

  it('begin below the names that are fixed', () => {
    expect(['a/b/*.txt', '*.txt', 'a/b', 'a/**'].map(fixedPrefix)).toEqual(['a/b', '', 'a/b', 'a']);
  });
});
