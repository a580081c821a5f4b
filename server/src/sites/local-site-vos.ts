import { availableParallelism } from 'node:os';

/** Which VOs this machine serves, and with how many slots each: a pilot is of one VO, and together they shall not take more than there is. */
export function shareSlots(vos: readonly string[], slots = availableParallelism()): { vo: string; slots: number }[] {
  return vos.map((vo, at) => ({ vo, slots: Math.max(1, Math.floor(slots / vos.length) + (at < slots % vos.length ? 1 : 0)) }));
}
