import { useEffect, useLayoutEffect, useRef } from 'react';
import { saveBlob, size } from './save';
import type { JobModel } from './model';
import { mostLines, readWhole } from './output-model';

/** The end of the output, live. Scrolling up stops following; the whole is for downloading. */
export function OutputView({ model }: { model: JobModel }): JSX.Element {
  const { output, follow } = model;
  const pre = useRef<HTMLPreElement>(null);
  const text = output.lines.join('\n');
  useLayoutEffect(() => {
    if (follow && pre.current) pre.current.scrollTop = pre.current.scrollHeight;
  }, [text, follow]);
  useEffect(() => {
    const node = pre.current;
    if (node === null) return undefined;
    // Only people scroll up; our own scrolling ends at the bottom.
    const look = () => model.setFollow(node.scrollTop + node.clientHeight >= node.scrollHeight - 4);
    node.addEventListener('wheel', look, { passive: true });
    node.addEventListener('keyup', look);
    node.addEventListener('pointerup', look);
    return () => {
      node.removeEventListener('wheel', look);
      node.removeEventListener('keyup', look);
      node.removeEventListener('pointerup', look);
    };
  }, [model]);
  const name = fileName(model);
  const save = () =>
    void readWhole(model.session, model.jobId, output.stream)
      .then((blob) => saveBlob(blob, name))
      .catch((error: unknown) => model.fail(`${name} was not downloaded`, error));
  return (
    <section className="dirac-Output" aria-label="Output">
      <div className="dirac-OutputBar">
        {(['stdout', 'stderr'] as const).map((stream) => (
          <button
            key={stream}
            type="button"
            className="dirac-SmallButton"
            aria-pressed={output.stream === stream}
            onClick={() => output.stream !== stream && output.restart(stream)}
          >
            {stream === 'stdout' ? 'Standard output' : 'Standard error'}
          </button>
        ))}
        <label>
          <input type="checkbox" checked={follow} onChange={(event) => model.setFollow(event.target.checked)} /> Follow
        </label>
        <button type="button" className="dirac-LinkButton" onClick={save} disabled={output.endBytes === 0}>
          Download all {output.endBytes > 0 ? `(${size(output.endBytes)})` : ''}
        </button>
        <span className="dirac-Quiet">{output.complete ? 'complete' : model.job?.attempt === 0 ? 'not started' : 'live'}</span>
      </div>
      {output.cut ? (
        <p className="dirac-Quiet">
          The last {Math.min(mostLines, output.lines.length).toLocaleString()} lines; what came before is in the download.
        </p>
      ) : null}
      {output.refused === undefined ? null : <p role="alert">{output.refused.detail}</p>}
      <pre ref={pre} tabIndex={0} className="dirac-OutputText" aria-label={`${output.stream} of job ${model.jobId}`}>
        {text === '' ? (output.complete ? '(it wrote nothing)' : '(nothing yet)') : text}
      </pre>
    </section>
  );
}

function fileName({ jobId, details, output }: JobModel): string {
  const description = details?.description;
  const path =
    (output.stream === 'stdout' ? description?.stdOutput : description?.stdError) ?? (output.stream === 'stdout' ? 'std.out' : 'std.err');
  return `${jobId}-${path.split('/').at(-1) ?? path}`;
}
