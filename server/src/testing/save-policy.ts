import { getOperatorMatchingPolicy, getVoMatchingPolicy, saveOperatorMatchingPolicy, saveVoMatchingPolicy } from '@diraclab/contract';
import type { OperatorMatchingPolicy, VoMatchingPolicy } from '@diraclab/contract';
import type { TestGrid } from './test-grid.ts';

export const savePolicy = async ({ call }: TestGrid, change: Partial<VoMatchingPolicy>): Promise<void> => {
  const { version, policy } = await call(getVoMatchingPolicy, { query: {} });
  await call(saveVoMatchingPolicy, { body: { ifVersion: version, policy: { ...policy, ...change } } });
};
export const saveOperatorPolicy = async ({ call }: TestGrid, change: Partial<OperatorMatchingPolicy>): Promise<void> => {
  const { version, policy } = await call(getOperatorMatchingPolicy, { query: {} });
  await call(saveOperatorMatchingPolicy, { body: { ifVersion: version, policy: { ...policy, ...change } } });
};
