import fc from 'fast-check';
import { cutChunk, type Chunk } from './utf8.ts';

const cut = (bytes: Uint8Array, how: Partial<{ startsAnywhere: boolean; endsHere: boolean }> = {}): Chunk | undefined =>
  cutChunk(bytes, 100, { startsAnywhere: false, endsHere: false, ...how });

describe('cutting output into chunks', () => {
  it('holds back a character whose rest is not there yet, and replaces it when nothing follows', () => {
    const bytes = Buffer.from('a€').subarray(0, 3);
    expect(cut(bytes)).toEqual({ from: 100, end: 101, text: 'a' });
    expect(cut(bytes, { endsHere: true })).toEqual({ from: 100, end: 103, text: 'a\ufffd' });
    expect(cut(bytes.subarray(1))).toBeUndefined();
  });

  it('leaves out the rest of a character that was cut before', () => {
    expect(cut(Buffer.from('😀b').subarray(2), { startsAnywhere: true })).toEqual({ from: 102, end: 103, text: 'b' });
  });

  it('replaces invalid bytes, counts bytes, and is not held up by them', () => {
    expect(cut(Buffer.from([0xff, 0x41, 0x80]))).toEqual({ from: 100, end: 103, text: '\ufffdA\ufffd' });
  });

  it('gives the whole text back, however the file grows', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.array(fc.nat({ max: 7 }), { maxLength: 60 }), (text, growth) => {
        const bytes = Buffer.from(text.toWellFormed());
        let end = 0;
        let size = 0;
        let seen = '';
        for (const step of [...growth, bytes.length]) {
          size = Math.min(bytes.length, size + step);
          const chunk = cutChunk(bytes.subarray(end, size), end, { startsAnywhere: false, endsHere: false });
          if (chunk === undefined) continue;
          expect(chunk.from).toBe(end);
          seen += chunk.text;
          end = chunk.end;
        }
        expect(seen).toBe(text.toWellFormed());
      }),
    );
  });

  it('moves on through any bytes and never holds back more than three', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 40 }), (bytes) => {
        const chunk = cut(bytes);
        expect(chunk?.from).toBe(100);
        expect(100 + bytes.length - (chunk?.end ?? 0)).toBeLessThanOrEqual(3);
        expect(chunk?.text.isWellFormed()).toBe(true);
      }),
    );
  });
});
