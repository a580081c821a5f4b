import { useId } from 'react';
import { commandIds, whereGroup } from '../commands';
import { Freshness, whyNotNow } from '../ui/freshness';
import { TroubleBox } from '../ui/trouble';
import { Field, FieldFrame, shownProblem } from './field';
import type { Kind } from './form';
import { Inputs, type ReadLabFile } from './inputs';
import type { LaunchpadModel } from './model';

export type Execute = (command: string, args?: object) => void;

const kinds: Record<Exclude<Kind, 'steps'>, string> = { command: 'Command', script: 'Script', program: 'Program with arguments' };

export function Launchpad({ model, execute, readLabFile }: { model: LaunchpadModel; execute: Execute; readLabFile: ReadLabFile }): JSX.Element {
  return (
    <form
      className="dirac-LaunchpadForm"
      aria-label="New job"
      onSubmit={(event) => {
        event.preventDefault();
        void model.submit();
      }}
    >
      <div className="dirac-LaunchpadColumns">
        <div className="dirac-LaunchpadMain">
          <div className="dirac-FieldRow">
            <Field model={model} name="jobName" label="Name" />
            <Field model={model} name="jobGroup" label="Group" hint="Jobs of one group are found, counted and killed together." />
          </div>
          <WhatRuns model={model} />
          <Inputs model={model} readLabFile={readLabFile} />
          <Field model={model} name="outputs" label="Output files" rows={2} code hint="One name or pattern a line, such as results/*.json; standard output and error come anyway." />
          <SweepField model={model} />
        </div>
        <div className="dirac-LaunchpadSide">
          <div className="dirac-FieldRow">
            <Field model={model} name="cpuTime" label="CPU time" hint="Without it a day: 1d" />
            <Field model={model} name="wallTime" label="Wall time" hint="Without it three days: 3d" />
          </div>
          <div className="dirac-FieldRow">
            <Field model={model} name="memory" label="Memory" hint="Such as 2GiB" />
            <Field model={model} name="processors" label="Processors" hint="Without it 1" />
          </div>
          <div className="dirac-FieldRow">
            <Field model={model} name="sites" label="Sites" hint="Several with blanks; without it any" />
            <Field model={model} name="tags" label="Tags" hint="Such as GPU" />
          </div>
          <Field model={model} name="environment" label="Environment" rows={2} code hint="One NAME=value a line" />
          <JsonField model={model} />
        </div>
      </div>
      <SubmitBar model={model} execute={execute} />
    </form>
  );
}

function WhatRuns({ model }: { model: LaunchpadModel }): JSX.Element {
  const { kind } = model.form.fields;
  const id = useId();
  return (
    <fieldset className="dirac-WhatRuns">
      <legend>What runs</legend>
      {kind === 'steps' ? (
        <p className="dirac-Quiet">This description has several steps, or arguments of several lines; they are edited in the JSON.</p>
      ) : (
        <div role="radiogroup" aria-label="What runs" className="dirac-Kinds">
          {Object.entries(kinds).map(([value, label]) => (
            <label key={value}>
              <input type="radio" name={id} value={value} checked={kind === value} onChange={() => model.set('kind', value)} /> {label}
            </label>
          ))}
        </div>
      )}
      {kind === 'command' ? <Field model={model} name="command" label="Command" rows={3} code hint="Runs in /bin/sh; {name} stands for a parameter of the sweep." /> : null}
      {kind === 'script' ? <Field model={model} name="script" label="Script" rows={8} code hint="A first line such as #!/usr/bin/env python3 names its interpreter; without one it is /bin/sh." /> : null}
      {kind === 'program' ? (
        <>
          <Field model={model} name="program" label="Program" code hint="A name on PATH, an absolute path, or an executable input file" />
          <Field model={model} name="programArguments" label="Arguments" rows={3} code hint="One a line; blanks and quotes belong to them." />
        </>
      ) : null}
    </fieldset>
  );
}

function SweepField({ model }: { model: LaunchpadModel }): JSX.Element {
  const id = useId();
  const { sweep, unused } = model;
  const problem = shownProblem(model, 'sweep');
  const count = 'problem' in sweep ? undefined : sweep.count;
  const rows = 'problem' in sweep ? undefined : sweep.rows(3);
  return (
    <FieldFrame id={id} label="Sweep" problem={problem} hint="Lines such as seed = 1..100 or beta = 0.1, 0.2 give every combination; or a table whose first line names the columns.">
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
          : <bdi>{rows.map((row) => Object.entries(row).map(([name, value]) => `${name}=${String(value)}`).join(' ')).join('; ') /* prettier-ignore */}</bdi>
          {count > 3 ? ' …' : ''}
          {unused.length === 0 ? '' : `. Nothing uses {${unused.join('}, {')}} yet.`}
        </p>
      )}
    </FieldFrame>
  );
}

function JsonField({ model }: { model: LaunchpadModel }): JSX.Element {
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

function SubmitBar({ model, execute }: { model: LaunchpadModel; execute: Execute }): JSX.Element {
  const { submitted, busy, sweep } = model;
  const notNow = whyNotNow(model.state);
  const count = 'problem' in sweep ? 1 : sweep.count;
  const wrong = Object.keys(model.problems).filter((name) => model.touched.has(name as never)).length;
  const label = count === 1 ? 'Submit' : `Submit ${count.toLocaleString()} jobs`;
  return (
    <footer className="dirac-SubmitBar">
      {model.trouble === undefined ? null : <TroubleBox trouble={model.trouble} onClose={() => model.closeTrouble()} />}
      <button type="submit" className="jp-mod-styled jp-mod-accept" disabled={busy !== undefined || notNow !== undefined} title={notNow}>
        {busy ?? label}
      </button>
      <span role="status" className="dirac-Submitted">
        {wrong > 0 && busy === undefined ? `${wrong} ${wrong === 1 ? 'field needs' : 'fields need'} another look. ` : ''}
        {submitted === undefined ? null : submitted.jobIds.length === 1 ? (
          <>
            {submitted.repeated ? 'Already submitted as job ' : 'Submitted as job '}
            <button type="button" className="dirac-LinkButton" onClick={() => execute(commandIds.openJob, { jobId: submitted.jobIds[0] })}>
              {submitted.jobIds[0]}
            </button>
            .
          </>
        ) : (
          <>
            {submitted.jobIds.length.toLocaleString()} jobs {submitted.repeated ? 'were submitted already' : 'are submitted'}, {submitted.jobIds[0]} to {submitted.jobIds.at(-1)}:{' '}
            <button type="button" className="dirac-LinkButton" onClick={() => execute(commandIds.openTable, { query: { where: [whereGroup(submitted.jobGroup)] } })}>
              open as table
            </button>
            .
          </>
        )}
      </span>
      <Freshness state={model.state} onRetry={() => model.session.live.retry()} />
    </footer>
  );
}
