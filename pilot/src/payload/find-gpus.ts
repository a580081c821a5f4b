import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Gpu } from '../gpus.ts';

/** nvidia-smi wakes sleeping cards, which takes seconds; a broken driver can hang it. */
const askedWithinMs = 10_000;

/** The GPUs that jobs may use: those there are, and where a batch system gave this pilot some (CUDA_VISIBLE_DEVICES), only these. */
export async function findGpus(environment: Readonly<Record<string, string | undefined>>): Promise<Gpu[]> {
  const devices = await readdir('/dev').catch(() => []);
  const found = devices.some((name) => /^nvidia\d+$/.test(name)) ? await askDriver() : undefined;
  return allowedGpus(found ?? gpusOfDevices(devices), environment['CUDA_VISIBLE_DEVICES']);
}

async function askDriver(): Promise<Gpu[] | undefined> {
  const query = ['--query-gpu=index,uuid,memory.total', '--format=csv,noheader,nounits'];
  const asked = promisify(execFile)('nvidia-smi', query, { timeout: askedWithinMs, killSignal: 'SIGKILL' });
  return asked.then(
    ({ stdout }) => parseGpus(stdout),
    () => undefined,
  );
}

interface Found extends Gpu {
  readonly uuid?: string;
}

/** `0, GPU-5c…, 16384` a line. */
export function parseGpus(text: string): Found[] {
  return text.split('\n').flatMap((line) => {
    const [, id, uuid, ramMB] = /^\s*(\d+)\s*,\s*([\w-]+)\s*,\s*(\d+)?/.exec(line) ?? [];
    return id === undefined || uuid === undefined ? [] : [{ id, uuid, ramMB: Number(ramMB ?? 0) }];
  });
}

export const gpusOfDevices = (devices: readonly string[]): Gpu[] =>
  devices.flatMap((name) => /^nvidia(\d+)$/.exec(name)?.[1] ?? []).map((id) => ({ id, ramMB: 0 }));

/** By number or uuid, as CUDA reads it: the first name that is none ends the list, and an empty list allows none. */
export function allowedGpus(found: readonly Found[], visible: string | undefined): Gpu[] {
  if (visible === undefined) return found.map(({ id, ramMB }) => ({ id, ramMB }));
  const allowed: Gpu[] = [];
  for (const name of visible.split(',').map((one) => one.trim())) {
    const gpu = found.find(({ id, uuid }) => name !== '' && (id === name || uuid?.startsWith(name) === true));
    if (gpu === undefined) break;
    allowed.push({ id: name, ramMB: gpu.ramMB });
  }
  return allowed;
}
