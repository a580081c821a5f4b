import type { Duration, Size } from './types';

const secondsIn: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };
const bytesIn: Record<string, number> = {
  KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12,
}; // prettier-ignore

/** `'2h'` is 7200. The compiler checks literals; values made at run time are checked here, and the error names the field. */
export function toSeconds(duration: Duration, field: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(s|m|h|d)$/.exec(String(duration).trim()) ?? [];
  const inUnit = unit === undefined ? undefined : secondsIn[unit];
  if (number === undefined || inUnit === undefined) {
    throw new TypeError(`${field}: "${String(duration)}" is not a time. Write a number and s, m, h or d: '500s', '10m', '2h', '3d'.`);
  }
  return Number(number) * inUnit;
}

/** `'2GiB'` is 2048: a pilot counts its memory in units of 2^20 bytes, as grids do where they write MB. Rounded up, never less than asked for. */
export function toMegabytes(size: Size, field: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(KiB|MiB|GiB|TiB|KB|MB|GB|TB)$/.exec(String(size).trim()) ?? [];
  const inUnit = unit === undefined ? undefined : bytesIn[unit];
  if (number === undefined || inUnit === undefined) {
    throw new TypeError(`${field}: "${String(size)}" is not a size. Write a number and MB, GB, MiB or GiB: '500MB', '2GiB'.`);
  }
  return Math.ceil((Number(number) * inUnit) / 2 ** 20);
}
