import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { cards } from './cards/plugin';
import { jobPage } from './job-page/plugin';
import { jobs } from './jobs/plugin';
import { jobsTable } from './jobs-table/plugin';
import { launcher } from './launcher/plugin';
import { launchpad } from './launchpad/plugin';
import { session } from './session/plugin';
import { signIn } from './sign-in/plugin';
import { status } from './status/plugin';
import { terminal } from './terminal/plugin';
import { welcome } from './welcome/plugin';

/** What Lab loads at its start; everything heavy behind these is imported when it is first seen. */
const plugins: JupyterFrontEndPlugin<unknown>[] = [
  session,
  signIn,
  jobs,
  cards,
  status,
  terminal,
  launcher,
  jobsTable,
  jobPage,
  launchpad,
  welcome,
];
export default plugins;
