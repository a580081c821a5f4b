import { summarise, type StateCounts } from './states';

/** Three colours with hatching for failures, and the same in words for those who do not see them. */
export function ProgressBar({ counts, total, label }: { counts: StateCounts; total: number; label: string }): JSX.Element {
  const { done, failed, ended, running, waiting } = summarise(counts);
  const words = progressInWords(counts);
  const width = (count: number) => ({ width: `${total === 0 ? 0 : (100 * count) / total}%` });
  return (
    <span
      className="dirac-ProgressBar"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={done + failed + ended}
      aria-valuetext={words}
      title={words}
    >
      <span data-family="good" style={width(done)} />
      <span data-family="active" style={width(running)} />
      <span data-family="bad" style={width(failed)} />
      <span data-family="ended" style={width(ended)} />
      <span data-family="waiting" style={width(waiting)} />
    </span>
  );
}

export function progressInWords(counts: StateCounts): string {
  const { done, failed, ended, running, waiting, total } = summarise(counts);
  const parts: [number, string][] = [
    [done, 'done'],
    [failed, 'failed or lost'],
    [running, 'running'],
    [waiting, 'waiting'],
    [ended, 'killed or deleted'],
  ];
  const said = parts.filter(([count]) => count > 0).map(([count, word]) => `${count.toLocaleString()} ${word}`);
  return `${total.toLocaleString()} ${total === 1 ? 'job' : 'jobs'}${said.length === 0 ? '' : `: ${said.join(', ')}`}`;
}
