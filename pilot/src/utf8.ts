/** A piece of output: `from` and `end` are byte offsets, whatever the text's length after replacing invalid bytes. */
export interface Chunk {
  readonly from: number;
  readonly end: number;
  readonly text: string;
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000;

/** How many bytes the character has that begins with this byte; 1 for what cannot begin one. */
function lengthOf(lead: number): number {
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  return 1;
}

/** How many bytes at the end begin a character whose rest is not there yet (0 to 3). */
export function openBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (!isContinuation(byte)) return lengthOf(byte) > back ? back : 0;
  }
  return 0;
}

/**
 * The text of `bytes`, which lie at `offset`. `startsAnywhere`: earlier bytes were left out, so the rest of a cut character at the
 * beginning is left out too. `endsHere`: nothing follows, so an unfinished character at the end is replaced, not held back.
 */
export function cutChunk(bytes: Uint8Array, offset: number, how: { startsAnywhere: boolean; endsHere: boolean }): Chunk | undefined {
  let start = 0;
  if (how.startsAnywhere) while (start < 3 && isContinuation(bytes[start])) start += 1;
  const end = bytes.length - (how.endsHere ? 0 : openBytes(bytes));
  if (end <= start) return undefined;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(start, end));
  return { from: offset + start, end: offset + end, text };
}
