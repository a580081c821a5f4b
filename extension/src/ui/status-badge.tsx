import type { JobStatus } from '@diraclab/contract';
import { stateLooks } from './states';

/** Symbol, word and colour say the same thing. */
export function StatusBadge({ status, title }: { status: JobStatus; title?: string | undefined }): JSX.Element {
  const { family, symbol } = stateLooks[status];
  return (
    <span className="dirac-StatusBadge" data-family={family} title={title}>
      <span className="dirac-StatusBadge-symbol" aria-hidden="true">
        {symbol}
      </span>
      {status}
    </span>
  );
}
