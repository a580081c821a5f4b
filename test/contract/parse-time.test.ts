import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** In a process of its own, because a zone is read once. */
const parsedIn = (zone: string, texts: readonly string[]): unknown =>
  JSON.parse(
    execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { parseTime } from ${JSON.stringify(join(import.meta.dirname, '../../contract/src/parse-time.ts'))};
         process.stdout.write(JSON.stringify(${JSON.stringify(texts)}.map((text) => parseTime(text) ?? null)))`,
      ],
      { env: { ...process.env, TZ: zone }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    ),
  );

describe('a time in a search', () => {
  const ten = Date.UTC(2026, 10, 22, 10);
  const same = ['2026-11-22T10:00:00.000Z', '2026-11-22T10:00Z', '2026-11-22 10:00:00', '2026-11-22T10:00', '2026-11-22T12:00:00+02:00', ' 2026-11-22T08:00-0200 ']; // prettier-ignore

  it.each(['UTC', 'Pacific/Auckland', 'America/St_Johns'])('is the same for a server in %s', (zone) => {
    expect(parsedIn(zone, [...same, '2026-11-22'])).toEqual([...same.map(() => ten), Date.UTC(2026, 10, 22)]);
  });

  it('is not found where there is none', () => {
    const nonsense = ['job 1', 'yesterday', '2026', '22.11.2026', '2026-13-01', '2026-11-22T25:00', '11/22/2026', ''];
    expect(parsedIn('UTC', nonsense)).toEqual(nonsense.map(() => null));
  });
});
