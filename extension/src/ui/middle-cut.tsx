/** Characters that always stay in view: the end of a name tells jobs of one group apart (`data…0042`). */
const tailLength = 6;

/**
 * A name that is cut in the middle when the place is narrow. Each half is isolated, so that a right-to-left mark in a name turns nothing around it;
 * the whole name is in the tooltip and in what a screen reader gets.
 */
export function MiddleCut({ text }: { text: string }): JSX.Element {
  const characters = Array.from(text);
  if (characters.length <= tailLength * 2) return <bdi title={text}>{text}</bdi>;
  return (
    <span className="dirac-MiddleCut" title={text}>
      <span className="dirac-MiddleCut-whole">{text}</span>
      <bdi className="dirac-MiddleCut-head" aria-hidden="true">
        {characters.slice(0, -tailLength).join('')}
      </bdi>
      <bdi className="dirac-MiddleCut-tail" aria-hidden="true">
        {characters.slice(-tailLength).join('')}
      </bdi>
    </span>
  );
}
