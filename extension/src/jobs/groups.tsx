import { whereGroup } from '../commands';
import { MiddleCut } from '../ui/middle-cut';
import { ProgressBar } from '../ui/progress-bar';
import { summarise } from '../ui/states';
import type { Opens } from './job-list';
import type { JobsModel } from './model';

/** The newest groups, those with failures first. */
export function Groups({ model, opens }: { model: JobsModel; opens: Opens }): JSX.Element {
  if (model.groups.length === 0) return <p className="dirac-Quiet">{model.counted ? 'There are no groups.' : 'Asking the server…'}</p>;
  return (
    <ul className="dirac-Groups">
      {model.groups.map((group) => {
        const { done, failed } = summarise(group.counts);
        return (
          <li key={group.jobGroup}>
            <button
              type="button"
              className="dirac-GroupRow"
              onClick={() => opens.openTable({ where: [whereGroup(group.jobGroup)] })}
              title={`${group.jobGroup}: open as table`}
            >
              <span className="dirac-GroupRow-name">
                <MiddleCut text={group.jobGroup} />
              </span>
              <span className="dirac-GroupRow-counts">
                {failed > 0 ? <span data-family="bad">✗ {failed.toLocaleString()} </span> : null}
                {done.toLocaleString()}/{group.total.toLocaleString()}
              </span>
              <ProgressBar counts={group.counts} total={group.total} label={group.jobGroup} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
