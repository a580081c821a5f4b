import type { JobStatus } from '@diraclab/contract';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { commandIds } from '../commands';
import { canReschedule, isFinal } from '../ui/states';

/** Any row of ours that carries these, in the panel or in a table. */
const selector = '[data-job-id][data-status]';

/** The context menu of a job's row. */
export function addRowMenu(app: JupyterFrontEnd): void {
  const { commands, contextMenu } = app;
  const row = (): { jobId: number; status: JobStatus } | undefined => {
    const node = app.contextMenuHitTest((candidate) => candidate.matches(selector));
    return node && { jobId: Number(node.dataset['jobId']), status: node.dataset['status'] as JobStatus };
  };
  const add = (id: string, label: string, does: (jobId: number) => unknown, when: (status: JobStatus) => boolean = () => true): void => {
    commands.addCommand(id, {
      label,
      describedBy: { args: { type: 'object', properties: {}, description: 'None: acts on the row whose context menu is open' } },
      isEnabled: () => {
        const there = row();
        return there !== undefined && when(there.status);
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
  add(commandIds.rowReschedule, 'Reschedule', (jobId) => commands.execute(commandIds.reschedule, selection(jobId)), canReschedule);
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
    (status) => !isFinal(status),
  );
}
