import type { Caller, Scope } from './caller.ts';

/**
 * Policies are named predicates, so that a door reads as a sentence: `may: submitsJobs`. They say who passes the door; which jobs, files and
 * entries of the registry are whose is asked of each object behind it (`maySee`, `mayChange`).
 */
const is = (caller: Caller, scope: Scope): boolean => caller.kind === 'user' && (caller.scopes === undefined || caller.scopes.has(scope));

const worksWithJobs = ({ properties }: Caller): boolean => properties.has('NormalUser') || properties.has('JobAdministrator');

/** A token narrowed to scopes never changes who may what. */
const isWhole = (caller: Caller): boolean => caller.kind === 'user' && caller.scopes === undefined;

/** Whose jobs a person sees and acts on, within the VO. JobSharing is DIRAC's: what one of a group submits is the group's. */
export type Reach = 'vo' | 'group' | 'own';
export function reachOf({ properties }: Caller): Reach {
  if (properties.has('JobAdministrator')) return 'vo';
  return properties.has('JobSharing') ? 'group' : 'own';
}

export const anybodySignedIn = (): boolean => true;
/** Somebody who signed in, whatever the rights. */
export const isPerson = (caller: Caller): boolean => caller.kind === 'user';
/** A token that is narrowed itself never makes or ends tokens: a stolen one could make its own successor. */
export const managesTokens = isWhole;
/** Proxies are for jobs and their data; a narrowed token neither changes nor learns whose name one bears. */
export const keepsCredentials = (caller: Caller): boolean => isWhole(caller) && worksWithJobs(caller);
export const submitsJobs = (caller: Caller): boolean => is(caller, 'jobs:write') && caller.properties.has('NormalUser');
export const readsJobs = (caller: Caller): boolean => is(caller, 'jobs:read') && worksWithJobs(caller);
export const actsOnJobs = (caller: Caller): boolean => is(caller, 'jobs:write') && worksWithJobs(caller);
export const isPilot = (caller: Caller): boolean => caller.kind === 'pilot' && caller.properties.has('GenericPilot');
export const readsJobFiles = (caller: Caller): boolean => readsJobs(caller) || isPilot(caller);
export const sendsFiles = (caller: Caller): boolean => submitsJobs(caller) || isPilot(caller);

/** Runs the service: VOs, sites, all pilots. Reads nobody's files. */
export const operates = (caller: Caller): boolean =>
  isWhole(caller) && (caller.properties.has('Operator') || caller.properties.has('ServiceAdministrator'));
export const managesVo = (caller: Caller): boolean => isWhole(caller) && caller.properties.has('VOManager');
export const managesRegistry = (caller: Caller): boolean => managesVo(caller) || operates(caller);
export const seesPilots = (caller: Caller): boolean => readsJobs(caller) || operates(caller);

/** Submission for an end user is a robot's right alone. */
export const submitsForEndUsers = (caller: Caller): boolean => submitsJobs(caller) && caller.properties.has('EndUserSubmission');
