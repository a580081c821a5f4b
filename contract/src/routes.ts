import * as accounting from './accounting';
import * as acts from './job-acts';
import * as search from './job-search';
import * as jobs from './jobs';
import * as pilots from './pilots';
import type { Route } from './route';
import * as sandboxes from './sandboxes';
import * as session from './session';
import * as views from './views';

/** Every route there is; the server answers each (a test walks this list) and the OpenAPI document is made from it. */
export const routes: readonly Route[] = [
  session.isLive,
  session.isReady,
  session.whoAmI,
  jobs.submitJobs,
  search.searchJobs,
  search.countJobs,
  search.listGroups,
  search.describeJobKeys,
  views.listViews,
  views.saveView,
  views.deleteView,
  acts.killJobs,
  acts.rescheduleJobs,
  acts.deleteJobs,
  jobs.getJob,
  jobs.getJobLog,
  jobs.peekJob,
  jobs.whyJob,
  jobs.getInputFile,
  jobs.getOutputFile,
  accounting.reportUsage,
  sandboxes.findMissingFiles,
  sandboxes.uploadSandboxFile,
  pilots.listPilots,
  pilots.matchJobs,
  pilots.awaitBell,
  pilots.reportJobs,
];
