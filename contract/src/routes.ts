import * as accounting from './accounting';
import * as acts from './job-acts';
import * as search from './job-search';
import * as jobs from './jobs';
import * as matching from './matching-policy';
import * as pilots from './pilots';
import * as audit from './audit';
import * as registry from './registry-routes';
import type { Route } from './route';
import * as sandboxes from './sandboxes';
import * as session from './session';

/** Every route there is; the server answers each (a test walks this list) and the OpenAPI document is made from it. */
export const routes: readonly Route[] = [
  session.isLive,
  session.isReady,
  session.whoAmI,
  jobs.submitJobs,
  search.searchJobs,
  search.countJobs,
  search.listGroups,
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
  registry.readRegistry,
  registry.listPeople,
  registry.changeRegistry,
  registry.listRegistryVersions,
  registry.exportRegistry,
  registry.importRegistry,
  audit.searchAudit,
  matching.getVoMatchingPolicy,
  matching.saveVoMatchingPolicy,
  matching.getOperatorMatchingPolicy,
  matching.saveOperatorMatchingPolicy,
  matching.getSiteMask,
  matching.previewMatchingPolicy,
];
