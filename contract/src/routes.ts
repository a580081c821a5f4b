import * as accounting from './accounting';
import * as credentials from './credentials';
import * as identity from './identity';
import * as acts from './job-acts';
import * as search from './job-search';
import * as parameters from './job-parameters';
import * as jobs from './jobs';
import * as operations from './operations';
import * as matching from './matching-policy';
import * as pilots from './pilots';
import * as audit from './audit';
import * as registry from './registry-routes';
import type { Route } from './route';
import * as sandboxes from './sandboxes';
import * as session from './session';
import * as views from './views';
import * as why from './why';

/** Every route there is; the server answers each (a test walks this list) and the OpenAPI document is made from it. */
export const routes: readonly Route[] = [
  session.isLive,
  session.isReady,
  session.whoAmI,
  identity.signInOptions,
  identity.startDeviceSignIn,
  identity.getTokens,
  identity.signOut,
  identity.listMemberships,
  identity.createPersonalToken,
  identity.listPersonalTokens,
  identity.revokePersonalToken,
  identity.getJwks,
  jobs.submitJobs,
  search.searchJobs,
  search.countJobs,
  search.listGroups,
  search.describeJobKeys,
  views.listViews,
  views.saveView,
  views.deleteView,
  credentials.getProxy,
  credentials.uploadProxy,
  credentials.deleteProxy,
  credentials.getJobProxy,
  acts.killJobs,
  acts.rescheduleJobs,
  acts.deleteJobs,
  acts.restoreJobs,
  acts.holdJobs,
  acts.releaseJobs,
  acts.prioritiseJobs,
  operations.startOperation,
  operations.listOperations,
  operations.getOperation,
  operations.undoOperation,
  operations.cancelOperation,
  operations.getOperationResults,
  jobs.getJob,
  jobs.getJobJdl,
  jobs.getJobLog,
  parameters.setJobParameters,
  jobs.peekJob,
  why.whyJob,
  why.whyJobs,
  why.groupFailures,
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
