import { createGpuPool } from './gpus.ts';
import { offerOf } from './offer.ts';
import { environmentOf } from './payload/index.ts';
import { allowedGpus, gpusOfDevices, parseGpus } from './payload/find-gpus.ts';

const said = '0, GPU-5c1a, 16384\n1, GPU-77ee, 8192\n2, GPU-90ab, [N/A]\n';
const ids = (gpus: readonly { id: string }[] | undefined) => gpus?.map(({ id }) => id);

describe("a node's GPUs", () => {
  it('are those the driver tells, with their memory; without it the device files', () => {
    expect(parseGpus(said).map(({ id, ramMB }) => [id, ramMB])).toEqual([
      ['0', 16384],
      ['1', 8192],
      ['2', 0],
    ]);
    expect(parseGpus('NVIDIA-SMI has failed')).toEqual([]);
    expect(ids(gpusOfDevices(['null', 'nvidia0', 'nvidia1', 'nvidiactl', 'nvidia-uvm']))).toEqual(['0', '1']);
  });

  it('are only those the batch system gave this pilot, by number or uuid', () => {
    const found = parseGpus(said);
    expect(ids(allowedGpus(found, undefined))).toEqual(['0', '1', '2']);
    expect(allowedGpus(found, '1,GPU-90')).toEqual([{ id: '1', ramMB: 8192 }, { id: 'GPU-90', ramMB: 0 }]); // prettier-ignore
    expect(ids(allowedGpus(found, '1,-1,0'))).toEqual(['1']);
    expect(allowedGpus(found, '')).toEqual([]);
  });

  it('belong to one job at a time, and are offered while they are free', () => {
    const pool = createGpuPool([{ id: '0', ramMB: 16384 }, { id: '1', ramMB: 8192 }]); // prettier-ignore
    const facts = { host: 'h', platform: 'Linux_x86_64', ramMB: 100, tags: [] };
    const offered = () => offerOf(facts, 4, { slots: 0, ramMB: 0 }, 1000, [], pool.free);
    expect(offered()).toMatchObject({ gpus: 2, gpuRamMB: 8192 });
    const first = pool.take(1);
    const none = pool.take(0);
    const second = pool.take(1);
    expect([ids(first), ids(none), ids(second)]).toEqual([['0'], [], ['1']]);
    expect(offered()).toMatchObject({ gpus: 0 });
    pool.release(first);
    expect(offered()).toMatchObject({ gpus: 1, gpuRamMB: 16384 });
  });

  it('are the only ones their job sees; a node without any says nothing about them', () => {
    const facts = { jobId: 1, attempt: 1, site: 'S', directory: '/d', processors: 1, given: { CUDA_VISIBLE_DEVICES: '7' } };
    expect(environmentOf({ ...facts, gpus: [{ id: '1', ramMB: 0 }] }, {})).toMatchObject({ CUDA_VISIBLE_DEVICES: '1' });
    expect(environmentOf({ ...facts, gpus: [] }, {})).toMatchObject({ CUDA_VISIBLE_DEVICES: '' });
    expect(environmentOf({ ...facts, given: {}, gpus: undefined }, {})).not.toHaveProperty('CUDA_VISIBLE_DEVICES');
    expect(createGpuPool([]).take(0)).toBeUndefined();
  });
});
