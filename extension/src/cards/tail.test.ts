import { tail } from './tail';

it.each([
  ['one\ntwo\n', 'one\ntwo'],
  ['10 %\r50 %\r100 %\ndone', '100 %\ndone'],
  ['\u001b[1;31mred\u001b[0m plain', 'red plain'],
  ['windows\r\nlines\r\n', 'windows\nlines'],
])('%j ends as %j', (text, shown) => expect(tail(text)).toBe(shown));

it('keeps the last lines', () => {
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
  expect(tail(lines.join('\n'), 3)).toBe('line 97\nline 98\nline 99');
});
