import { useId, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { sections, type Section } from './model';

/** Tabs as WAI-ARIA has them: one in the tab order, arrows move and show. */
export function Tabs({
  section,
  onShow,
  children,
}: {
  section: Section;
  onShow: (section: Section) => void;
  children: ReactNode;
}): JSX.Element {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = sections.indexOf(section);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: sections.length - 1 }[event.key];
    const next = to === undefined ? undefined : sections[(to + sections.length) % sections.length];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onShow(next);
    list.current?.querySelector<HTMLElement>(`[data-section="${next}"]`)?.focus();
  };
  return (
    <>
      <div ref={list} role="tablist" aria-label="Sections" className="dirac-Tabs" onKeyDown={onKeyDown}>
        {sections.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            data-section={name}
            data-first-focus={name === section ? '' : undefined}
            aria-selected={name === section}
            aria-controls={`${id}-panel`}
            tabIndex={name === section ? 0 : -1}
            onClick={() => onShow(name)}
          >
            {name}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${section}`} className="dirac-TabPanel" tabIndex={-1}>
        {children}
      </div>
    </>
  );
}
