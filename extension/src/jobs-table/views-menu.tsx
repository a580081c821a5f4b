import { UseSignal } from '@jupyterlab/ui-components';
import type { View } from '@diraclab/contract';
import { useState } from 'react';
import { TroubleBox } from '../ui/trouble';
import type { TableModel } from './model';
import { conditionsOf } from './views-model';

/** Saved queries: choose one, or give the one that is shown a name. */
export function ViewsMenu({ model }: { model: TableModel }): JSX.Element {
  const [open, setOpen] = useState(false);
  const toggle = () => {
    if (!open) void model.views.read();
    setOpen(!open);
  };
  return (
    <>
      <button type="button" className="dirac-SmallButton" aria-expanded={open} onClick={toggle}>
        Views ▾
      </button>
      {open ? (
        <UseSignal signal={model.views.changed}>
          {() => (
            <section
              className="dirac-Views"
              aria-label="Saved views"
              onKeyDown={(event) => {
                if (event.key === 'Escape') setOpen(false);
                event.stopPropagation();
              }}
            >
              <ViewList model={model} onChosen={() => setOpen(false)} />
              <SaveForm model={model} />
            </section>
          )}
        </UseSignal>
      ) : null}
    </>
  );
}

function ViewList({ model, onChosen }: { model: TableModel; onChosen: () => void }): JSX.Element {
  const { views, trouble } = model.views;
  const choose = (view: View) => {
    model.show(conditionsOf(view), view.sort);
    onChosen();
  };
  return (
    <>
      {trouble === undefined ? null : <TroubleBox trouble={trouble} onClose={() => void model.views.read()} />}
      {views === undefined ? <p className="dirac-Quiet">Asking the server…</p> : null}
      {views?.length === 0 ? <p className="dirac-Quiet">No view is saved yet.</p> : null}
      <ul className="dirac-Tokens">
        {views?.map((view) => (
          <li key={`${view.owner} ${view.name}`} className="dirac-Token">
            <button
              type="button"
              className="dirac-LinkButton"
              title={view.text === '' ? 'all jobs' : view.text}
              onClick={() => choose(view)}
            >
              <bdi>{view.mine ? view.name : `${view.name} (${view.owner})`}</bdi>
            </button>
            {view.mine ? (
              <button type="button" aria-label={`Delete the view ${view.name}`} onClick={() => void model.views.remove(view)}>
                ✕
              </button>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}

function SaveForm({ model }: { model: TableModel }): JSX.Element {
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  return (
    <form
      className="dirac-Builder"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() === '') return;
        void model.views.save(name.trim(), shared, { where: model.rows.where, sort: model.rows.sort });
        setName('');
      }}
    >
      <input
        aria-label="Name of the view"
        placeholder="Name for what is shown now"
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <label>
        <input type="checkbox" checked={shared} onChange={(event) => setShared(event.target.checked)} /> my group sees it
      </label>
      <button type="submit" className="dirac-SmallButton">
        Save
      </button>
    </form>
  );
}
