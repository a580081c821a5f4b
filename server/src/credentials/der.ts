/** One element of DER: what certificates are written in. */
export interface Der {
  /** Class, form and number in one byte; no certificate needs longer tags. */
  tag: number;
  /** With tag and length. */
  whole: Buffer;
  content: Buffer;
}

/** The elements that stand one behind the other. Throws where the bytes are not DER; lengths are never believed beyond the bytes there are. */
export function readDer(bytes: Buffer): Der[] {
  const found: Der[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at] ?? 0;
    const first = bytes[at + 1] ?? 0xff;
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    if ((tag & 0x1f) === 0x1f || lengthBytes > 3 || (first >= 0x80 && lengthBytes === 0)) throw new Error('not DER');
    const start = at + 2 + lengthBytes;
    if (start > bytes.length) throw new Error('DER that ends too early');
    const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
    const end = start + length;
    if (end > bytes.length) throw new Error('DER that ends too early');
    found.push({ tag, whole: bytes.subarray(at, end), content: bytes.subarray(start, end) });
    at = end;
  }
  return found;
}

/** The bytes of an object identifier of this text. */
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const groups = [first * 40 + second, ...rest].map((n) => {
    const bytes = [n & 0x7f];
    for (let left = n >>> 7; left > 0; left >>>= 7) bytes.unshift((left & 0x7f) | 0x80);
    return bytes;
  });
  return Buffer.from(groups.flat());
}

export const isConstructed = ({ tag }: Der): boolean => (tag & 0x20) !== 0;
