import type { JobStatus } from '@diraclab/contract';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { commandIds } from '../commands';
import { canReschedule, isFinal } from '../ui/states';

/** Any row of ours that carries these, in the panel or in a table. */
const selector = '[data-job-id][data-status]';

interface Row {
  jobId: number;
  status: JobStatus;
  isHeld: boolean;
}

/** The context menu of a job's row. */
export function addRowMenu(app: JupyterFrontEnd): void {
  const { commands, contextMenu } = app;
  const row = (): Row | undefined => {
    const node = app.contextMenuHitTest((candidate) => candidate.matches(selector));
    if (node === undefined) return undefined;
    const { jobId, status, held } = node.dataset;
    return { jobId: Number(jobId), status: status as JobStatus, isHeld: held === 'true' };
  };
  const add = (id: string, label: string, does: (jobId: number) => unknown, when: (row: Row) => boolean = () => true): void => {
    commands.addCommand(id, {
      label,
      describedBy: { args: { type: 'object', properties: {}, description: 'None: acts on the row whose context menu is open' } },
      isEnabled: () => {
        const there = row();
        return there !== undefined && when(there);
      },
      execute: () => {
        const there = row();
        return there && does(there.jobId);
      },
    });
    contextMenu.addItem({ command: id, selector });
  };
  const selection = (jobId: number) => ({ selection: { jobIds: [jobId] } });
  add(commandIds.rowOpen, 'Open Job', (jobId) => commands.execute(commandIds.openJob, { jobId }));
  add(commandIds.rowCopyId, 'Copy Job Number', (jobId) => navigator.clipboard.writeText(String(jobId)));
  add(
    commandIds.rowReschedule,
    'Reschedule',
    (jobId) => commands.execute(commandIds.reschedule, selection(jobId)),
    ({ status }) => canReschedule(status),
  );
  add(
    commandIds.rowHold,
    'Hold',
    (jobId) => commands.execute(commandIds.hold, selection(jobId)),
    ({ status, isHeld }) => status === 'Waiting' && !isHeld,
  );
  add(
    commandIds.rowRelease,
    'Release',
    (jobId) => commands.execute(commandIds.release, selection(jobId)),
    ({ isHeld }) => isHeld,
  );
  add(
    commandIds.rowRestore,
    'Restore',
    (jobId) => commands.execute(commandIds.restore, selection(jobId)),
    ({ status }) => status === 'Deleted',
  );
  add(
    commandIds.rowKill,
    'Kill…',
    async (jobId) => {
      const { button } = await showDialog({
        title: `Kill job ${jobId}?`,
        body: 'What it has computed so far is lost, unless it is in its standard output.',
        buttons: [Dialog.cancelButton({ label: 'Keep' }), Dialog.warnButton({ label: 'Kill' })],
      });
      if (button.accept) await commands.execute(commandIds.kill, selection(jobId));
    },
    ({ status }) => !isFinal(status),
  );
}
