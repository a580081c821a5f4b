import type { WaitCause } from '@diraclab/contract';
import type { TaskQueue } from '../task-queues/matcher.ts';
import type { Answers, Reject } from './ask-matcher.ts';
import { textOf } from './cause-texts.ts';
import { atRest, covers, kindOf } from './resource.ts';
import type { LivePilot, Resource } from './resource.ts';

export interface Present {
  running: Resource[];
  free: Resource[];
  /** What pilots that ask now lack for it, though new ones would not. */
  lacking: WaitCause[];
}

/** Which of the fitting resources have pilots now, and which of those have room. */
export function whoIsThere(queue: TaskQueue, { fitting }: Answers, pilots: readonly LivePilot[], reject: Reject): Present {
  const running = new Set<Resource>();
  const free = new Set<Resource>();
  const lacking = new Map<string, WaitCause>();
  const kinds = Map.groupBy(
    fitting.filter(({ spoken }) => spoken),
    (one) => kindOf(one.computingElement, one.offer),
  );
  for (const { computingElement, offer, asking } of pilots) {
    const rested = atRest(offer);
    const at = kinds.get(kindOf(computingElement, rested))?.filter((one) => covers(one.offer, rested)) ?? [];
    for (const one of at) running.add(one);
    if (!asking || at.length === 0) continue;
    const rejection = reject(queue, offer);
    if (rejection === undefined) for (const one of at) free.add(one);
    else {
      const text = `pilots with a free slot: one ${textOf(rejection.code).says(rejection)}`;
      lacking.set(rejection.code, {
        code: rejection.code,
        text,
        actor: 'turn',
        resources: (lacking.get(rejection.code)?.resources ?? 0) + 1,
      });
    }
  }
  return { running: [...running], free: [...free], lacking: [...lacking.values()] };
}
