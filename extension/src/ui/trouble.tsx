import { inOneText, type Trouble } from '../session/explain';

/** What went wrong, why, what now; with its code, and as one text for whoever helps. */
export function TroubleBox({ trouble, onClose }: { trouble: Trouble; onClose: () => void }): JSX.Element {
  return (
    <div className="dirac-Trouble" role="alert">
      <strong>{trouble.what}</strong>
      <p>{trouble.why}</p>
      <p>{trouble.next}</p>
      <div className="dirac-Trouble-acts">
        {trouble.code === undefined ? null : <code>{trouble.code}</code>}
        <button type="button" className="dirac-LinkButton" onClick={() => void navigator.clipboard.writeText(inOneText(trouble))}>
          Copy for support
        </button>
        <button type="button" className="dirac-LinkButton" onClick={onClose}>
          Close
        </button>
      </div>
    </div>
  );
}
