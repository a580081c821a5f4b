import { whereGroup } from '../commands';
import { ProgressBar, progressInWords } from '../ui/progress-bar';
import { occurring } from '../ui/states';
import { StatusBadge } from '../ui/status-badge';
import type { CardOpens } from './card';
import { CardFooter } from './card-footer';
import { unfinished, type CardModel } from './model';
import type { CardGroup } from './payload';

/** More than this are killed from the table, where the number must be typed. */
const mostKilledHere = 100;

export function GroupCard({
  model,
  group,
  trusted,
  opens,
}: {
  model: CardModel;
  group: CardGroup;
  trusted: boolean;
  opens: CardOpens;
}): JSX.Element {
  const left = unfinished(model.card);
  return (
    <section aria-label={`DIRAC job group ${group.jobGroup}`} className="dirac-Card-body">
      <header className="dirac-Card-header">
        <bdi className="dirac-Card-name" title={group.jobGroup}>
          {group.jobGroup}
        </bdi>
        <span className="dirac-Card-id">{progressInWords(group.counts)}</span>
      </header>
      <ProgressBar counts={group.counts} total={group.total} label={group.jobGroup} />
      <p className="dirac-Card-sentence">
        {occurring(group.counts).map(({ status, count }) => (
          <span key={status} className="dirac-Card-count">
            <StatusBadge status={status} /> {count.toLocaleString()}
          </span>
        ))}
      </p>
      <span role="status" className="dirac-Hidden">
        {left === 0 && model.knowledge === 'live' ? `Group ${group.jobGroup} has ended: ${progressInWords(group.counts)}` : ''}
      </span>
      <CardFooter
        model={model}
        killing={trusted && left > 0 && left <= mostKilledHere ? `Kill ${left} ${left === 1 ? 'job' : 'jobs'}` : undefined}
        openLabel="Open as table"
        onOpen={() => opens.openTable({ where: [whereGroup(group.jobGroup)] })}
        asOf={undefined}
      />
    </section>
  );
}
