import type { TableModel } from './model';

export interface KeyActs {
  open: (jobId: number) => void;
  filter: () => void;
  /** Rows that fit into the view. */
  pageRows: number;
}
export type Pressed = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** What a key does while the grid has the focus; false leaves it to the browser and to Lab. */
export function pressKey(model: TableModel, pressed: Pressed, { open, filter, pageRows }: KeyActs): boolean {
  const { key, shiftKey, altKey } = pressed;
  const command = pressed.ctrlKey || pressed.metaKey;
  if (altKey) return false;
  if (command) {
    if (key.toLowerCase() !== 'a' || shiftKey) return false;
    model.pickAll();
    return true;
  }
  const to = {
    ArrowDown: model.current + 1,
    j: model.current + 1,
    ArrowUp: model.current - 1,
    k: model.current - 1,
    PageDown: model.current + pageRows,
    PageUp: model.current - pageRows,
    Home: 0,
    End: model.total - 1,
  }[key];
  if (to !== undefined) {
    if (shiftKey) void model.pick(Math.max(0, Math.min(model.total - 1, to)), 'range');
    else model.moveTo(to);
    return true;
  }
  const job = model.currentJob;
  switch (key) {
    case ' ':
      void model.pick(model.current, 'toggle');
      return true;
    case 'Enter':
      if (job !== undefined) open(job.jobId);
      return true;
    case 'Delete':
      if (model.pickedCount === 0) void model.pick(model.current, 'one').then(() => model.act('kill'));
      else void model.act('kill');
      return true;
    case '/':
      filter();
      return true;
    case 'Escape':
      model.pickNone();
      return true;
    default:
      return false;
  }
}
