import { useId, useRef, useState } from 'react';
import { size } from '../job-page/save';
import { MiddleCut } from '../ui/middle-cut';
import { shownProblem } from './field';
import type { LaunchpadModel } from './model';

/** Reads a file of Lab's file browser by its path. */
export type ReadLabFile = (path: string) => Promise<Blob>;

/** The files that go with the job: from this computer, or from where Lab runs. */
export function Inputs({ model, readLabFile }: { model: LaunchpadModel; readLabFile: ReadLabFile }): JSX.Element {
  const [path, setPath] = useState('');
  const picker = useRef<HTMLInputElement>(null);
  const id = useId();
  const problem = shownProblem(model, 'inputs');
  const addPath = () => {
    const wanted = path.trim().replace(/^\/+/, '');
    if (wanted === '') return;
    setPath('');
    void model.addFile(wanted.split('/').at(-1) ?? wanted, readLabFile(wanted));
  };
  return (
    <fieldset className="dirac-Inputs">
      <legend>Input files</legend>
      {model.form.inputs.length === 0 ? null : (
        <ul>
          {model.form.inputs.map((file) => (
            <li key={file.path}>
              <MiddleCut text={file.path} />
              <span title={`${file.sizeBytes.toLocaleString()} bytes, sha256 ${file.digest}`}>{size(file.sizeBytes)}</span>
              <label>
                <input
                  type="checkbox"
                  checked={file.executable === true}
                  onChange={(event) => model.setExecutable(file.path, event.target.checked)}
                />{' '}
                executable
              </label>
              <button
                type="button"
                className="dirac-SmallButton"
                aria-label={`Remove the input ${file.path}`}
                onClick={() => model.removeFile(file.path)}
              >
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="dirac-Inputs-add">
        <label htmlFor={id} className="dirac-Hidden">
          Path of a file in the file browser
        </label>
        <input
          id={id}
          type="text"
          placeholder="Path in the file browser, or drag files here"
          spellCheck={false}
          value={path}
          onChange={(event) => setPath(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            addPath();
          }}
        />
        <button type="button" className="dirac-SmallButton" onClick={addPath} disabled={path.trim() === ''}>
          Add
        </button>
        <button type="button" className="dirac-SmallButton" onClick={() => picker.current?.click()}>
          From this computer…
        </button>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          aria-label="Files of this computer"
          onChange={(event) => {
            for (const file of event.target.files ?? []) void model.addFile(file.name, file);
            event.target.value = '';
          }}
        />
      </div>
      {problem === undefined ? null : <p className="dirac-FieldProblem">{problem}</p>}
    </fieldset>
  );
}
