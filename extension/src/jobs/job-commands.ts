import type { JobDescription, Selection } from '@diraclab/contract';
import { Notification } from '@jupyterlab/apputils';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { commandIds, type CommandArguments } from '../commands';
import { explain, inOneText } from '../session/explain';
import type { IDiracSession } from '../tokens';
import { participles } from '../jobs-table/bulk';
import { act, type Act } from './act';
import { operationNotice } from './operation-notice';

const selectionSchema = {
  type: 'object',
  required: ['selection'],
  properties: {
    selection: {
      type: 'object',
      description: 'Which jobs: either "jobIds", or "where" with the conditions of a job query',
      properties: { jobIds: { type: 'array', items: { type: 'integer' } }, where: { type: 'array', items: { type: 'object' } } },
    },
  },
} as const;

const descriptionSchema = {
  type: 'object',
  required: ['description'],
  properties: {
    description: { type: 'object', description: 'A job description: at least "executable" or "steps"' },
    label: { type: 'string', description: 'What menus and the palette call this' },
  },
} as const;

/** Commands that scripts, notebooks and menus may call. They give back what the server said, and tell the user in a notice. */
export function addJobCommands(commands: JupyterFrontEnd['commands'], session: IDiracSession): void {
  const addAct = (id: string, what: Act, label: string, caption: string) =>
    commands.addCommand(id, {
      label,
      caption,
      describedBy: { args: selectionSchema },
      isEnabled: (args) => isSelection(args['selection']),
      execute: (args) =>
        tell(`The jobs were not ${participles[what]}`, () =>
          act(session, what, (args as unknown as CommandArguments['kill']).selection, operationNotice(session)),
        ),
    });
  addAct(commandIds.kill, 'kill', 'Kill Jobs', 'Kill jobs that have not ended');
  addAct(commandIds.reschedule, 'reschedule', 'Reschedule Jobs', 'Put jobs back into the queue');
  addAct(commandIds.hold, 'hold', 'Hold Jobs', 'Take waiting jobs out of the queue');
  addAct(commandIds.release, 'release', 'Release Jobs', 'Put held jobs back into the queue');
  addAct(commandIds.restore, 'restore', 'Restore Jobs', 'Bring deleted jobs back from the bin');

  commands.addCommand(commandIds.submit, {
    label: (args) => (typeof args['label'] === 'string' ? args['label'] : 'Submit a Job'),
    caption: 'Submit the job that the arguments describe',
    describedBy: { args: descriptionSchema },
    isEnabled: (args) => typeof args['description'] === 'object',
    execute: (args) =>
      tell('The job was not submitted', async () => {
        const { jobIds } = await session.call('submitJobs', { body: { description: args['description'] as unknown as JobDescription } });
        return `Job ${jobIds.join(', ')} is submitted.`;
      }),
  });
}

function isSelection(value: unknown): value is Selection {
  return typeof value === 'object' && value !== null && ('jobIds' in value || 'where' in value);
}

async function tell(whatFailed: string, does: () => Promise<string>): Promise<string> {
  try {
    const result = await does();
    Notification.success(result.slice(0, 140), { autoClose: 3000 });
    return result;
  } catch (error) {
    Notification.error(inOneText(explain(whatFailed, error)), { autoClose: false });
    throw error;
  }
}
