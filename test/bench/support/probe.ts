import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { medianOf } from './statistics.ts';

/** What the machine could do right before a window. Neighbours' work shows here, so that it is not taken for ours. */
export interface Probe {
  /** Thousands of turns of a fixed loop a second. */
  spin: number;
  /** Median of writing 4 KiB and forcing it to disk. */
  fdatasyncMs: number;
}

const spinMs = 60;
const syncs = 15;

export function probeMachine(): Probe {
  return { spin: spin(), fdatasyncMs: fdatasync() };
}

function spin(): number {
  const start = performance.now();
  let turns = 0;
  for (let x = 1; performance.now() - start < spinMs; turns++) {
    for (let i = 0; i < 2000; i++) x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff;
  }
  return Math.round(turns / (performance.now() - start));
}

function fdatasync(): number {
  const folder = mkdtempSync(join(tmpdir(), 'diraclab-probe-'));
  const file = openSync(join(folder, 'probe'), 'w');
  try {
    const block = Buffer.alloc(4096);
    return medianOf(
      Array.from({ length: syncs }, (_, i) => {
        const start = performance.now();
        writeSync(file, block, 0, block.length, i * block.length);
        fdatasyncSync(file);
        return performance.now() - start;
      }),
    );
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}
