import type { BulkOperation, OperationBody } from '@diraclab/contract';
import type { IDiracSession } from '../tokens';

/** Hears how far an operation is; the first time when it has been accepted. */
export type Told = (operation: BulkOperation) => void;

/** The contract's `hasEnded`, whose module comes with a schema library that Lab's start must not load. */
export const hasEnded = ({ endTime }: BulkOperation): boolean => endTime !== null;

/** Starts an operation and follows it to its end; it goes on without us. */
export async function operate(session: IDiracSession, body: OperationBody, tell: Told): Promise<BulkOperation> {
  const started = await session.call('startOperation', { body });
  tell(started);
  if (hasEnded(started)) return started;
  const { operationId } = started;
  const ended = Promise.withResolvers<BulkOperation>();
  const watch = session.live.watch(
    { kind: 'operation', operationId },
    ({ operation }) => {
      tell(operation);
      if (hasEnded(operation)) ended.resolve(operation);
    },
    ({ code, detail }) => ended.reject(Object.assign(new Error(detail), { code })),
  );
  return ended.promise.finally(() => watch.dispose());
}
