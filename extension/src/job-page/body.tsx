import type { IDiracSession } from '../tokens';
import { ModelBody } from '../ui/model-body';
import { JobModel } from './model';
import { JobPage, type Execute } from './page';

export function createJobPage(session: IDiracSession, jobId: number, execute: Execute, onClose: () => void): ModelBody<JobModel> {
  return new ModelBody(new JobModel(session, jobId), 'dirac-JobPage', (model) => (
    <JobPage model={model} execute={execute} onClose={onClose} />
  ));
}
