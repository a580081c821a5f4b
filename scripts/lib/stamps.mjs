import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setupDirectory } from './command.mjs';
import { root } from './node24.mjs';

const path = join(setupDirectory, 'stamps.json');

/** What the last set-up was made from, by step: a step is done again when its stamp differs. */
export function readStamps() {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
}

export function writeStamp(name, stamp) {
  mkdirSync(setupDirectory, { recursive: true });
  writeFileSync(`${path}.${process.pid}`, JSON.stringify({ ...readStamps(), [name]: stamp }, null, 2));
  renameSync(`${path}.${process.pid}`, path);
}

/**
 * A digest over files and folders (relative to the root), by content: a checkout changes times but not sources. Tests are left out, for
 * nothing is built from them. About 20 ms for the whole house.
 */
export function digest(names) {
  const hash = createHash('sha256');
  for (const file of names.flatMap(filesBelow).sort()) {
    hash.update(file).update('\0').update(readFileSync(join(root, file))).update('\0');
  }
  return hash.digest('hex');
}

function filesBelow(name) {
  let entries;
  try {
    entries = readdirSync(join(root, name), { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOTDIR') return [name];
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .filter((entry) => !/\.test\.tsx?$/.test(entry.name))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(`${name}/${entry.name}`) : [`${name}/${entry.name}`]));
}
