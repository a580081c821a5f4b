import type { JobDescription } from '@diraclab/contract';
import type { Offer, TaskQueue } from '../task-queues/matcher.ts';
import { requirementsOf } from '../task-queues/requirements.ts';
import type { Resource } from './resource.ts';

export const anOffer: Offer = { vo: 'v', site: 'S1', platform: 'p1', tags: [], processors: 8, ramMB: 16_000, cpuTimeLeftS: 86_400 };

export const aResource = (offer: Partial<Offer> = {}, more: Partial<Resource> = {}): Resource => ({
  computingElement: `ce.${offer.site ?? anOffer.site}`,
  offer: { ...anOffer, ...offer },
  whole: true,
  spoken: true,
  ...more,
});

export const aQueue = (needs: Partial<JobDescription> = {}): TaskQueue => ({
  taskQueueId: 1,
  vo: 'v',
  owner: 'alice',
  ownerGroup: 'users',
  requirements: requirementsOf({ executable: '/bin/true', ...needs }),
});
