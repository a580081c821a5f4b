import { Field } from './field';
import { Inputs, type ReadLabFile } from './inputs';
import type { LaunchpadModel } from './model';
import { SubmitBar } from './submit-bar';
import { JsonField, SweepField } from './text-fields';
import { WhatRuns } from './what-runs';

export type Execute = (command: string, args?: object) => void;

export function Launchpad({
  model,
  execute,
  readLabFile,
}: {
  model: LaunchpadModel;
  execute: Execute;
  readLabFile: ReadLabFile;
}): JSX.Element {
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
            <Field model={model} name="jobName" label="Name" first />
            <Field model={model} name="jobGroup" label="Group" hint="Jobs of one group are found, counted and killed together." />
          </div>
          <WhatRuns model={model} />
          <Inputs model={model} readLabFile={readLabFile} />
          <Field
            model={model}
            name="outputs"
            label="Output files"
            rows={2}
            code
            hint="One name or pattern a line, such as results/*.json; standard output and error come anyway."
          />
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
