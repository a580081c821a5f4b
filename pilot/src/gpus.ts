/** A GPU of the node, under the name by which CUDA_VISIBLE_DEVICES knows it. */
export interface Gpu {
  readonly id: string;
  /** 0 where it could not be read. */
  readonly ramMB: number;
}

export interface GpuPool {
  readonly free: readonly Gpu[];
  /** So many for one job; undefined on a node without GPUs, where nothing is to be said about them. */
  take(count: number): readonly Gpu[] | undefined;
  release(gpus: readonly Gpu[] | undefined): void;
}

/** Each GPU belongs to one job at a time; a job that asked for none sees none. */
export function createGpuPool(gpus: readonly Gpu[]): GpuPool {
  const free = [...gpus];
  return {
    free,
    take: (count) => (gpus.length === 0 ? undefined : free.splice(0, count)),
    release: (taken = []) => void free.push(...taken),
  };
}
