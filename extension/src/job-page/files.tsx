import type { JobDetails, SandboxFile } from '@diraclab/contract';
import { useState } from 'react';
import { MiddleCut } from '../ui/middle-cut';
import type { JobModel } from './model';
import { readText, type Preview } from './preview';
import { size } from './save';

/** Up to this size a file is offered for reading here. */
const previewBytes = 1_000_000;

export function FileLists({ model, details }: { model: JobModel; details: JobDetails }): JSX.Element {
  const [preview, setPreview] = useState<Preview | undefined>(undefined);
  const look = (kind: 'input' | 'output', file: SandboxFile) =>
    void readText(model.session, model.jobId, kind, file)
      .then(setPreview)
      .catch((error: unknown) => model.fail(`${file.path} could not be read`, error));
  const list = (kind: 'input' | 'output', files: readonly SandboxFile[], none: string) => (
    <>
      <h3>{kind === 'input' ? 'Inputs' : 'Outputs'}</h3>
      {files.length === 0 ? (
        <p className="dirac-Quiet">{none}</p>
      ) : (
        <table className="dirac-Facts">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Size</th>
              <th scope="col">Acts</th>
            </tr>
          </thead>
          <tbody>
            {files.map((file) => (
              <tr key={file.path}>
                <td>
                  <MiddleCut text={file.path} />
                </td>
                <td title={`${file.sizeBytes.toLocaleString()} bytes`}>{size(file.sizeBytes)}</td>
                <td>
                  <a
                    className="dirac-Link"
                    href={model.session.urlOf(pathOf(model.jobId, kind, file.path))}
                    download={file.path.split('/').at(-1)}
                    aria-label={`Download ${file.path}`}
                  >
                    Download
                  </a>{' '}
                  {file.sizeBytes > 0 && file.sizeBytes < previewBytes ? (
                    <button type="button" className="dirac-LinkButton" onClick={() => look(kind, file)} aria-label={`Preview ${file.path}`}>
                      Preview
                    </button>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
  return (
    <section className="dirac-Files" aria-label="Files">
      {list('output', details.outputs, model.isFinal ? 'It brought back no files.' : 'Outputs come when the job has ended.')}
      {list('input', details.description.inputSandbox ?? [], 'It has no input files.')}
      {preview === undefined ? null : (
        <section aria-label={`Preview of ${preview.path}`} className="dirac-Preview">
          <h3>
            <MiddleCut text={preview.path} />
            <button type="button" className="dirac-SmallButton" onClick={() => setPreview(undefined)}>
              Close
            </button>
          </h3>
          {preview.text === undefined ? (
            <p className="dirac-Quiet">This is not text; download it instead.</p>
          ) : (
            <pre tabIndex={0} className="dirac-OutputText">
              {preview.text}
            </pre>
          )}
        </section>
      )}
    </section>
  );
}

export function pathOf(jobId: number, kind: 'input' | 'output', path: string): string {
  return `/api/jobs/${jobId}/${kind}-sandbox/file?path=${encodeURIComponent(path)}`;
}
