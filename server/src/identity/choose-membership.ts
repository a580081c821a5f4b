import type { Membership } from '@diraclab/contract';

/** The one that was wished for; without a wish the default, else the first. Undefined: not one of theirs. */
export function chooseMembership(
  memberships: readonly Membership[],
  wish: { vo: string | null | undefined; ownerGroup: string | null | undefined },
): Membership | undefined {
  const fitting = memberships.filter(({ vo, ownerGroup }) => (wish.vo ?? vo) === vo && (wish.ownerGroup ?? ownerGroup) === ownerGroup);
  return fitting.find(({ isDefault }) => isDefault) ?? fitting[0];
}
