import type * as contract from '@diraclab/contract';
import type { z } from 'zod';
import type * as ours from './types';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Through one mapped type, so that an intersection and an interface of the same fields are the same. */
type Flat<T> = T extends (infer Item)[] ? Flat<Item>[] : T extends object ? { [K in keyof T]: Flat<T[K]> } : T;
const same = <A, B>(is: Same<Flat<A>, Flat<B>>) => expect(is).toBe(true);

/** Checked by the compiler (`tsc -b`): a line is an error as soon as the contract's type and ours differ. */
it('the public types are the same as the contract says', () => {
  same<ours.JobStatus, contract.JobStatus>(true);
  same<ours.EndReason, contract.EndReason>(true);
  same<ours.Parameters, contract.Parameters>(true);
  same<ours.JobInfo, contract.Job>(true);
  same<ours.JobDetails, contract.JobDetails>(true);
  same<ours.JobDescription, contract.JobDescription>(true);
  same<ours.SandboxFile, contract.SandboxFile>(true);
  same<ours.Step, contract.Step>(true);
  same<ours.Attempt, contract.Attempt>(true);
  same<ours.LogEntry, contract.LogEntry>(true);
  same<ours.Why, contract.Why>(true);
  same<ours.WhyGroup, contract.WhyGroup>(true);
  same<ours.FailureGroup, contract.FailureGroup>(true);
  same<ours.ActResult, contract.ActResult>(true);
  same<ours.SearchField, contract.SearchField>(true);
  same<ours.Condition, contract.Condition>(true);
  same<ours.UsageReport, contract.UsageReport>(true);
  same<ours.JobPlot, contract.JobPlot>(true);
  same<ours.PilotPlot, contract.PilotPlot>(true);
  same<ours.UsageKey, (typeof contract.jobUsageKeys)[number]>(true);
  same<ours.PilotUsageKey, (typeof contract.pilotUsageKeys)[number]>(true);
  same<ours.WhoAmI, z.infer<NonNullable<(typeof contract.whoAmI)['returns']>>>(true);
});
