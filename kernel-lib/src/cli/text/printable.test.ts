import fc from 'fast-check';
import { json, lines, oneLine, say } from './printable';

// eslint-disable-next-line no-control-regex -- control characters are what must not be there
const dangerous = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029]/;

describe('text of others on a terminal', () => {
  it('has no control characters, whatever they sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(lines(text)).not.toMatch(dangerous);
        expect(oneLine(text)).not.toMatch(dangerous);
        expect(oneLine(text)).not.toMatch(/[\t\n]/);
      }),
    );
  });

  it('shows what was there', () => {
    expect(oneLine('\u001b[2Jx\ty\u009b1m\u202eevil')).toBe('\\x1b[2Jx\\ty\\x9b1m\\u202eevil');
    expect(lines('50%\r100%\r\ndone\n')).toBe('50%\n100%\ndone\n');
    expect(say`job ${7} is ${'\u001b[31m'}`).toBe('job 7 is \\x1b[31m');
  });

  it('leaves JSON the same JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const printed = json({ text });
        expect(printed).not.toMatch(dangerous);
        expect(JSON.parse(printed)).toEqual({ text });
      }),
    );
  });
});
