const secondsIn: Record<string, number> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 };
const mebibytesIn: Record<string, number> = { MB: 1e6 / 2 ** 20, GB: 1e9 / 2 ** 20, TB: 1e12 / 2 ** 20, MiB: 1, GiB: 1024, TiB: 1024 ** 2 };

/** `90m` is 5400; a bare number is seconds. Undefined: not a time. */
export function toSeconds(text: string): number | undefined {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)\s*(s|m|min|h|d)?$/.exec(text.trim()) ?? [];
  return number === undefined ? undefined : Math.ceil(Number(number) * (secondsIn[unit] ?? 1));
}

/** `2GiB` is 2048; a bare number is in units of 2^20 bytes, as pilots count. Undefined: not a size. */
export function toMegabytes(text: string): number | undefined {
  const [, number, unit = 'MiB'] = /^(\d+(?:\.\d+)?)\s*([MGT]i?B)?$/.exec(text.trim()) ?? [];
  return number === undefined ? undefined : Math.ceil(Number(number) * (mebibytesIn[unit] ?? 1));
}

export function fromSeconds(seconds: number): string {
  for (const unit of ['d', 'h', 'm'])
    if (seconds > 0 && seconds % (secondsIn[unit] ?? 1) === 0) return `${seconds / (secondsIn[unit] ?? 1)}${unit}`;
  return `${seconds}s`;
}

export const fromMegabytes = (mb: number): string => (mb > 0 && mb % 1024 === 0 ? `${mb / 1024}GiB` : `${mb}MiB`);
