import { rejectionCodes } from '../task-queues/matcher.ts';
import type { Offer, Rejection, TaskQueue } from '../task-queues/matcher.ts';
import type { Resource } from './resource.ts';

/** The matcher's own function, with whatever policies it goes by now. */
export type Reject = (queue: TaskQueue, offer: Offer) => Rejection | undefined;

export interface Answers {
  fitting: Resource[];
  refused: { resource: Resource; rejection: Rejection }[];
}

/** Asks for each resource. Of one that is only configured, what its pilot has yet to say is taken to suit. */
export function ask(queue: TaskQueue, resources: readonly Resource[], reject: Reject): Answers {
  const answers: Answers = { fitting: [], refused: [] };
  for (const resource of resources) {
    const rejection = reject(queue, resource.spoken ? resource.offer : presumed(queue, resource.offer));
    if (rejection === undefined) answers.fitting.push(resource);
    else answers.refused.push({ resource, rejection });
  }
  return answers;
}

const presumed = ({ requirements }: TaskQueue, offer: Offer): Offer => ({
  ...offer,
  platform: requirements.platforms[0] ?? offer.platform,
  tags: requirements.tags,
});

/** Resources of the VO at all: others are nobody's business. */
export const isOfVo = ({ rejection }: { rejection: Rejection }): boolean => rejection.code !== 'OTHER_VO';

export function fitsOf({ fitting, refused }: Answers): { now: number; of: number } {
  return { now: fitting.length, of: fitting.length + refused.filter(isOfVo).length };
}

/** How many say no by each rule, in the matcher's order. */
export function countByCode({ refused }: Answers): [Rejection, number][] {
  const byCode = Map.groupBy(refused, ({ rejection }) => rejection.code);
  return rejectionCodes.flatMap((code) => {
    const same = byCode.get(code);
    return same?.[0] === undefined ? [] : [[same[0].rejection, same.length] as [Rejection, number]];
  });
}
