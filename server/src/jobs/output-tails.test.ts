import fc from 'fast-check';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createOutputTails, tailBytes, tailsBudgetBytes } from './output-tails.ts';
import { endOfLastCharacter } from './peek-job.ts';

/** What is reachable: without a collection it would be what happens to lie about, too. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

describe('tails of output', () => {
  it('give from any offset exactly what was written from there, to the character', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 20 }),
        fc.nat(),
        (texts, somewhere) => {
          const tails = createOutputTails();
          let from = 0;
          for (const text of texts) {
            const end = from + Buffer.byteLength(text);
            tails.append(1, 1, 'stdout', { from, text, end });
            from = end;
          }
          const whole = Buffer.from(texts.join(''));
          const asked = somewhere % (whole.length + 1);
          const piece = tails.read(1, 1, 'stdout', asked);
          expect(piece.end).toBe(whole.length);
          expect(piece.from).toBeGreaterThanOrEqual(asked);
          expect(piece.from - asked).toBeLessThan(4);
          expect(piece.text).toBe(whole.subarray(piece.from).toString('utf8'));
        },
      ),
    );
  });

  it('take nothing twice, start anew after a gap and for a new attempt, and stay within their size', () => {
    const tails = createOutputTails();
    const chunk = { from: 0, text: 'abc', end: 3 };
    tails.append(1, 1, 'stdout', chunk);
    tails.append(1, 1, 'stdout', chunk);
    expect(tails.read(1, 1, 'stdout', 0).text).toBe('abc');
    tails.append(1, 2, 'stdout', { from: 0, text: 'new', end: 3 });
    expect(tails.read(1, 1, 'stdout', 0).text).toBe('');
    expect(tails.read(1, 2, 'stdout', 0).text).toBe('new');
    const block = 'x'.repeat(64 * 1024);
    for (let i = 0; i < 20; i += 1) tails.append(2, 1, 'stderr', { from: i * block.length, text: block, end: (i + 1) * block.length });
    const { from, end } = tails.read(2, 1, 'stderr', 0);
    expect(end).toBe(20 * block.length);
    expect(end - from).toBeLessThanOrEqual(tailBytes + block.length);
    expect(end - from).toBeGreaterThanOrEqual(tailBytes);
  });

  it('a pilot that lies about lengths, or sends a character at a time, takes no more memory than one that does not', () => {
    const tails = createOutputTails();
    const kept = () => JSON.stringify(tails.read(1, 1, 'stdout', 0)).length;
    const long = 'x'.repeat(70_000);
    for (let at = 0; at < 500; at += 1) tails.append(1, 1, 'stdout', { from: at, text: long, end: at + 1 });
    expect(kept()).toBeLessThan(2 * tailBytes);
    const before = heapInUse();
    for (let job = 2; job < 6; job += 1)
      for (let at = 0; at < 200_000; at += 1) tails.append(job, 1, 'stdout', { from: at, text: 'y', end: at + 1 });
    expect(tails.read(2, 1, 'stdout', 0)).toEqual({ from: 0, text: 'y'.repeat(200_000), end: 200_000 });
    expect(heapInUse() - before).toBeLessThan(30e6);
  });

  it('together stay within their budget: the job heard of longest ago goes first', () => {
    const tails = createOutputTails();
    const block = 'x'.repeat(64 * 1024);
    for (let job = 1; job <= 1_000; job += 1)
      for (let i = 0; i < 4; i += 1) tails.append(job, 1, 'stdout', { from: i * block.length, text: block, end: (i + 1) * block.length });
    const kept = Array.from({ length: 1_000 }, (_, i) => tails.end(i + 1, 1, 'stdout')).filter((end) => end > 0).length;
    expect(kept * 4 * block.length).toBeLessThanOrEqual(tailsBudgetBytes);
    expect(kept).toBeGreaterThan(100);
    expect(tails.end(1_000, 1, 'stdout')).toBe(4 * block.length);
    tails.forget(1_000);
    expect(tails.end(1_000, 1, 'stdout')).toBe(0);
  });
});

describe('a page of a file', () => {
  it('never ends inside a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.nat(), (text, cut) => {
        const bytes = Buffer.from(text).subarray(0, 1 + (cut % Buffer.byteLength(text)));
        const whole = bytes.subarray(0, endOfLastCharacter(bytes)).toString('utf8');
        expect(text.startsWith(whole)).toBe(true);
        expect(bytes.length - endOfLastCharacter(bytes)).toBeLessThan(4);
      }),
    );
  });
});
