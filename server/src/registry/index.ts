export { listMemberships, readMembership } from './memberships.ts';
export type { Membership } from './memberships.ts';
export { readRegistryVersion } from './registry-store.ts';
export { signInPerson } from './sign-in-person.ts';
export type { ProviderIdentity, SignedIn } from './sign-in-person.ts';
