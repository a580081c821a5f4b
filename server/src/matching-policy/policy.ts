import { defaultJobShare, noOperatorPolicy, noVoPolicy } from '@diraclab/contract';
import type { OperatorMatchingPolicy, ShareCorrector, VoMatchingPolicy } from '@diraclab/contract';

/** What is decided about matching, as it is now: the operator's part and each VO's. */
export interface MatchingPolicy {
  readonly operator: OperatorMatchingPolicy;
  readonly vos: ReadonlyMap<string, VoMatchingPolicy>;
}

export const noPolicy: MatchingPolicy = { operator: noOperatorPolicy, vos: new Map() };

export const ofVo = ({ vos }: MatchingPolicy, vo: string): VoMatchingPolicy => vos.get(vo) ?? noVoPolicy;

/** Do its jobs come before all others of their VO? */
export function isUrgent(policy: MatchingPolicy, queue: { vo: string; requirements: { tags: readonly string[] } }): boolean {
  const { highPriorityTags } = ofVo(policy, queue.vo);
  return highPriorityTags.length > 0 && queue.requirements.tags.some((tag) => highPriorityTags.includes(tag));
}

export function bannedFor(policy: MatchingPolicy, vo: string, site: string): string | undefined {
  return own(policy.operator.bannedSites, site) ?? own(ofVo(policy, vo).bannedSites, site);
}

export interface Group {
  vo: string;
  ownerGroup: string;
}

/** What was used within the time span of a corrector. */
export interface MeasuredUse {
  corrector: ShareCorrector;
  used: readonly (Group & { amount: number })[];
}

export interface Shares {
  vo(vo: string): number;
  group(group: Group): number;
}

/** Shares with their corrections: DIRAC's rule, among all groups that have used something or have jobs now. */
export function sharesOf(policy: MatchingPolicy, present: readonly Group[], measured: readonly MeasuredUse[]): Shares {
  const voShare = (vo: string): number => own(policy.operator.voShares, vo) ?? defaultJobShare;
  const groupShare = ({ vo, ownerGroup }: Group): number => own(ofVo(policy, vo).groupShares, ownerGroup) ?? defaultJobShare;
  const all = [...present, ...measured.flatMap(({ used }) => used)];
  const vos = new Map(all.map(({ vo }) => [vo, voShare(vo)]));
  const factors = new Map<string, number>();
  const correct = (across: ShareCorrector['across'], shares: ReadonlyMap<string, number>, key: (of: Group) => string): void => {
    const slices = measured
      .filter(({ corrector }) => corrector.across === across)
      .map(({ corrector, used }) => ({ corrector, used: sumBy(used, key, shares) }));
    for (const [name, factor] of corrections(shares, slices)) factors.set(name, factor);
  };
  correct('vos', vos, ({ vo }) => nameOfVo(vo));
  for (const vo of vos.keys()) {
    const groups = new Map(all.filter((group) => group.vo === vo).map((group) => [nameOf(group), groupShare(group)]));
    correct('groups', groups, nameOf);
  }
  return {
    vo: (vo) => voShare(vo) * (factors.get(nameOfVo(vo)) ?? 1),
    group: (group) => groupShare(group) * (factors.get(nameOf(group)) ?? 1),
  };
}

const nameOfVo = (vo: string): string => vo;
const nameOf = ({ vo, ownerGroup }: Group): string => JSON.stringify([vo, ownerGroup]);

function sumBy(used: MeasuredUse['used'], key: (of: Group) => string, known: ReadonlyMap<string, number>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const one of used) if (known.has(key(one))) sums.set(key(one), (sums.get(key(one)) ?? 0) + one.amount);
  return sums;
}

/** (part it should have / part it had), within 1/max and max; the mean of the slices by their weights. Who used nothing gets max. */
function corrections(
  shares: ReadonlyMap<string, number>,
  slices: readonly { corrector: ShareCorrector; used: ReadonlyMap<string, number> }[],
): Map<string, number> {
  const total = sum(shares.values());
  const told = slices.filter(({ used }) => sum(used.values()) > 0);
  const weights = sum(told.map(({ corrector }) => corrector.weight));
  const factors = new Map<string, number>();
  if (told.length === 0) return factors;
  for (const [name, share] of shares) {
    let factor = 0;
    for (const { corrector, used } of told) {
      const { maxCorrection, weight } = corrector;
      const ratio = share / total / ((used.get(name) ?? 0) / sum(used.values()));
      factor += (weight / weights) * Math.min(maxCorrection, Math.max(1 / maxCorrection, ratio));
    }
    factors.set(name, factor);
  }
  return factors;
}

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

/** Keys are users' words: `constructor` must not find what every object has. */
const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined => (Object.hasOwn(record, key) ? record[key] : undefined);
