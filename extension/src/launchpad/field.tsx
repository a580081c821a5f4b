import { useId, type ReactNode } from 'react';
import type { Fields, Problems } from './form';
import type { LaunchpadModel } from './model';

type TextName = Exclude<keyof Fields, 'kind'>;

interface FieldProps {
  model: LaunchpadModel;
  name: TextName;
  label: string;
  hint?: string;
  /** Lines of a text area; a single line without it. */
  rows?: number;
  code?: boolean;
  /** Has the focus when the launchpad opens. */
  first?: boolean;
}

/** A label, a field, and below it what is wrong, or how it is written. */
export function Field({ model, name, label, hint, rows, code = false, first = false }: FieldProps): JSX.Element {
  const id = useId();
  const problem = shownProblem(model, name);
  const common = {
    id,
    value: model.form.fields[name],
    'aria-invalid': problem !== undefined,
    'aria-describedby': `${id}-note`,
    spellCheck: false,
    className: code ? 'dirac-Field-code' : undefined,
    'data-first-focus': first ? '' : undefined,
    onBlur: () => model.leave(name),
  };
  return (
    <FieldFrame id={id} label={label} hint={hint} problem={problem}>
      {rows === undefined ? (
        <input {...common} type="text" onChange={(event) => model.set(name, event.target.value)} />
      ) : (
        <textarea {...common} rows={rows} onChange={(event) => model.set(name, event.target.value)} />
      )}
    </FieldFrame>
  );
}

export const shownProblem = (model: LaunchpadModel, name: keyof Problems): string | undefined =>
  model.touched.has(name) ? model.problems[name] : undefined;

export function FieldFrame({
  id,
  label,
  hint,
  problem,
  children,
}: {
  id: string;
  label: string;
  hint?: string | undefined;
  problem: string | undefined;
  children: ReactNode;
}): JSX.Element {
  return (
    <div className="dirac-Field" data-problem={problem === undefined ? undefined : ''}>
      <label htmlFor={id}>{label}</label>
      {children}
      <p id={`${id}-note`} className={problem === undefined ? 'dirac-Field-hint' : 'dirac-FieldProblem'}>
        {problem ?? hint ?? ''}
      </p>
    </div>
  );
}
