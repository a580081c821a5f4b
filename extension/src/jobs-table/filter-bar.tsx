import { completeJobQuery } from '@diraclab/contract';
import { useId, useRef, useState, type KeyboardEvent } from 'react';
import type { TableModel } from './model';
import { Builder } from './builder';
import { ViewsMenu } from './views-menu';
import { inWords, parseFilter, toCondition, withConditions, type Field, type Operator, type Parsed } from './filter';

/** The conditions as tokens, a line to type into, and a builder for those who want to choose. */
export function FilterBar({ model, onDone }: { model: TableModel; onDone: () => void }): JSX.Element {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState('');
  const [building, setBuilding] = useState(false);
  const [problemId, listId] = [useId(), useId()];
  const input = useRef<HTMLInputElement>(null);
  const { where } = model.rows;

  const add = (parsed: Parsed): boolean => {
    setProblem('problem' in parsed ? parsed.problem : '');
    if ('problem' in parsed) {
      if (parsed.at !== undefined) input.current?.setSelectionRange(parsed.at, parsed.at + (parsed.length ?? 1));
      return false;
    }
    if (parsed.conditions.length > 0) model.setWhere(withConditions(where, parsed.conditions));
    return true;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && add(parseFilter(text))) setText('');
    else if (event.key === 'Escape') {
      setText('');
      setProblem('');
      onDone();
    } else if (event.key === 'Backspace' && text === '' && where.length > 0) model.setWhere(where.slice(0, -1));
    else return;
    event.stopPropagation();
    event.preventDefault();
  };
  return (
    <div className="dirac-FilterBar" role="search" aria-label="Filter of the job table">
      <ul className="dirac-Tokens" aria-label="Conditions">
        {where.map((condition) => {
          const words = inWords(condition);
          return (
            <li key={JSON.stringify(condition)} className="dirac-Token">
              <bdi title={words}>{words}</bdi>
              <button
                type="button"
                aria-label={`Remove the condition ${words}`}
                onClick={() => model.setWhere(where.filter((other) => other !== condition))}
              >
                ✕
              </button>
            </li>
          );
        })}
      </ul>
      <input
        ref={input}
        type="text"
        list={listId}
        autoComplete="off"
        className="dirac-FilterInput"
        data-filter-input=""
        placeholder="Filter: a name or number, state=Failed site=CYF* age<2d"
        aria-label="Add conditions: a part of the name, a number, or key, comparison and value; Enter adds them"
        aria-invalid={problem !== ''}
        aria-describedby={problem === '' ? undefined : problemId}
        maxLength={1000}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <datalist id={listId}>
        {completeJobQuery(text, (key) => valuesOf(model, key)).map((whole) => (
          <option key={whole} value={whole} />
        ))}
      </datalist>
      <button type="button" className="dirac-SmallButton" aria-expanded={building} onClick={() => setBuilding(!building)}>
        + Condition
      </button>
      <ViewsMenu model={model} />
      {where.length > 0 ? (
        <button type="button" className="dirac-LinkButton" onClick={() => model.setWhere([])}>
          Clear
        </button>
      ) : null}
      {problem === '' ? null : (
        <p id={problemId} className="dirac-FieldProblem" role="alert">
          {problem}
        </p>
      )}
      {building ? (
        <Builder
          facets={model.facets}
          onAdd={(field: Field, operator: Operator, value: string) => {
            if (add(toCondition(field, operator, value))) setBuilding(false);
          }}
          onClose={() => setBuilding(false)}
        />
      ) : null}
    </div>
  );
}

/** Values that occur among the jobs that are listed. */
function valuesOf({ facets }: TableModel, key: string): string[] {
  return key === 'site' || key === 'jobGroup' ? facets[key].map(({ value }) => value) : [];
}
