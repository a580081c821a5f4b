import type { JobQuery } from '@diraclab/contract';
import { operationNotice } from '../jobs/operation-notice';
import type { IDiracSession } from '../tokens';
import { ModelBody } from '../ui/model-body';
import { confirm } from './confirm';
import { TableModel } from './model';
import { Table, type Execute } from './table';

export function createTable(session: IDiracSession, query: JobQuery, execute: Execute): ModelBody<TableModel> {
  return new ModelBody(new TableModel(session, query, confirm, operationNotice), 'dirac-JobTable', (model) => (
    <Table model={model} execute={execute} />
  ));
}
