import type { BulkOperation } from '@diraclab/contract';
import { Notification } from '@jupyterlab/apputils';
import { outcome, verbs } from '../jobs-table/bulk';
import { explain, inOneText } from '../session/explain';
import type { IDiracSession } from '../tokens';
import { hasEnded, type Told } from './operate';

/** Lab shows at most this much of a notice. */
const longest = 140;

/** One notice an operation: its count while it goes on, with Undo as long as that is possible, and what came of it. */
export function operationNotice(session: IDiracSession): Told {
  let id: string | undefined;
  return (operation) => {
    const message = inWords(operation).slice(0, longest);
    if (hasEnded(operation)) {
      const options = { message, type: operation.refused > 0 ? ('warning' as const) : ('success' as const), autoClose: 5000 as const, actions: [] }; // prettier-ignore
      if (id !== undefined) Notification.update({ id, ...options });
      return;
    }
    const options = { autoClose: false as const, actions: actionsOf(session, operation) };
    if (id === undefined) id = Notification.emit(message, 'in-progress', options);
    else Notification.update({ id, message, type: 'in-progress', ...options });
  };
}

function inWords(operation: BulkOperation): string {
  const { act, state, total, accepted, refused, undoUntilTime } = operation;
  if (hasEnded(operation)) return outcome(operation);
  const what = `${act === 'prioritise' ? 'Move' : verbs[act]} ${total.toLocaleString()} jobs`;
  if (state === 'Delayed' && undoUntilTime !== null) return `${what}: begins at ${new Date(undoUntilTime).toLocaleTimeString()}`;
  return `${what}: ${(accepted + refused).toLocaleString()} done`;
}

function actionsOf(session: IDiracSession, { operationId, state }: BulkOperation): Notification.IAction[] {
  const params = { operationId };
  const call = (name: 'undoOperation' | 'cancelOperation', failed: string) => (event: MouseEvent) => {
    // Lab closes the notice of an action that was chosen; this one has more to say.
    event.preventDefault();
    session.call(name, { params }).catch((error: unknown) => Notification.error(inOneText(explain(failed, error)), { autoClose: false }));
  };
  if (state === 'Delayed')
    return [{ label: 'Undo', caption: 'None of the jobs is touched', displayType: 'accent', callback: call('undoOperation', 'It could not be undone') }]; // prettier-ignore
  return [
    { label: 'Stop', caption: 'Jobs not reached yet stay as they are', callback: call('cancelOperation', 'It could not be stopped') },
  ];
}
