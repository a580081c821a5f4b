/** An empty place says one sentence and offers one act. */
export function Empty({
  sentence,
  action,
  onAct,
  disabled,
}: {
  sentence: string;
  action: string;
  onAct: () => void;
  disabled?: string | undefined;
}): JSX.Element {
  return (
    <div className="dirac-Empty">
      <p>{sentence}</p>
      <button type="button" className="jp-mod-styled jp-mod-accept" onClick={onAct} disabled={disabled !== undefined} title={disabled}>
        {action}
      </button>
    </div>
  );
}
