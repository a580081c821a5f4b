import type { SearchField } from '@diraclab/contract';
import { useId, useState, type KeyboardEvent } from 'react';
import type { TableModel } from './model';
import { Builder } from './builder';
import { inWords, parseFilter, toCondition, withConditions, type Operator, type Parsed } from './filter';

/** The conditions as tokens, a line to type into, and a builder for those who want to choose. */
export function FilterBar({ model, onDone }: { model: TableModel; onDone: () => void }): JSX.Element {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState('');
  const [building, setBuilding] = useState(false);
  const problemId = useId();
  const { where } = model.rows;

  const add = (parsed: Parsed): boolean => {
    setProblem('problem' in parsed ? parsed.problem : '');
    if ('problem' in parsed) return false;
    if (parsed.conditions.length > 0) model.setWhere(withConditions(where, parsed.conditions));
    return true;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && add(parseFilter(text, Date.now()))) setText('');
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
        type="text"
        className="dirac-FilterInput"
        data-filter-input=""
        placeholder="Filter: a name or number, state=Failed, site=…, age<2d"
        aria-label="Add a condition: a part of the name, a number, or field, operator and value; Enter adds it"
        aria-invalid={problem !== ''}
        aria-describedby={problem === '' ? undefined : problemId}
        maxLength={1000}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <button type="button" className="dirac-SmallButton" aria-expanded={building} onClick={() => setBuilding(!building)}>
        + Condition
      </button>
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
          onAdd={(field: SearchField, operator: Operator, value: string) => {
            if (add(toCondition(field, operator, value))) setBuilding(false);
          }}
          onClose={() => setBuilding(false)}
        />
      ) : null}
    </div>
  );
}
