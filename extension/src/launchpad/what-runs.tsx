import { useId } from 'react';
import { Field } from './field';
import type { Kind } from './form';
import type { LaunchpadModel } from './model';

const kinds: Record<Exclude<Kind, 'steps'>, string> = { command: 'Command', script: 'Script', program: 'Program with arguments' };

export function WhatRuns({ model }: { model: LaunchpadModel }): JSX.Element {
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
      {kind === 'command' ? (
        <Field
          model={model}
          name="command"
          label="Command"
          rows={3}
          code
          hint="Runs in /bin/sh; {name} stands for a parameter of the sweep."
        />
      ) : null}
      {kind === 'script' ? (
        <Field
          model={model}
          name="script"
          label="Script"
          rows={8}
          code
          hint="A first line such as #!/usr/bin/env python3 names its interpreter; without one it is /bin/sh."
        />
      ) : null}
      {kind === 'program' ? (
        <>
          <Field model={model} name="program" label="Program" code hint="A name on PATH, an absolute path, or an executable input file" />
          <Field
            model={model}
            name="programArguments"
            label="Arguments"
            rows={3}
            code
            hint="One a line; blanks and quotes belong to them."
          />
        </>
      ) : null}
    </fieldset>
  );
}
