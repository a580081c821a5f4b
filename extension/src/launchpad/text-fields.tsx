import { useId } from 'react';
import { FieldFrame, shownProblem } from './field';
import type { LaunchpadModel } from './model';

/** How many jobs, and of what; said while it is typed. */
export function SweepField({ model }: { model: LaunchpadModel }): JSX.Element {
  const id = useId();
  const { sweep, unused } = model;
  const problem = shownProblem(model, 'sweep');
  const count = 'problem' in sweep ? undefined : sweep.count;
  const rows = 'problem' in sweep ? undefined : sweep.rows(3);
  return (
    <FieldFrame
      id={id}
      label="Sweep"
      problem={problem}
      hint="Lines such as seed = 1..100 or beta = 0.1, 0.2 give every combination; or a table whose first line names the columns."
    >
      <textarea
        id={id}
        className="dirac-Field-code"
        rows={3}
        spellCheck={false}
        placeholder={'seed = 1..100'}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-note`}
        value={model.sweepText}
        onChange={(event) => model.setSweep(event.target.value)}
        onBlur={() => model.leave('sweep')}
      />
      {rows === undefined || count === undefined ? null : (
        <p className="dirac-SweepCount" role="status">
          <b>
            {count.toLocaleString()} {count === 1 ? 'job' : 'jobs'}
          </b>
          :{' '}
          <bdi>
            {
              rows.map((row) => Object.entries(row).map(([name, value]) => `${name}=${String(value)}`).join(' ')).join('; ') /* prettier-ignore */
            }
          </bdi>
          {count > 3 ? ' …' : ''}
          {unused.length === 0 ? '' : `. Nothing uses {${unused.join('}, {')}} yet.`}
        </p>
      )}
    </FieldFrame>
  );
}

export function JsonField({ model }: { model: LaunchpadModel }): JSX.Element {
  const id = useId();
  const problem = shownProblem(model, 'json');
  return (
    <FieldFrame id={id} label="The same as JSON" problem={problem} hint="Both ways: what is written here changes the form.">
      <textarea
        id={id}
        className="dirac-Field-code dirac-JsonText"
        rows={14}
        spellCheck={false}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-note`}
        value={model.json}
        onChange={(event) => model.setJson(event.target.value)}
        onBlur={() => model.leaveJson()}
      />
    </FieldFrame>
  );
}
