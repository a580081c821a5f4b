import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setupDirectory } from './command.mjs';
import { say } from './steps.mjs';

const path = join(setupDirectory, 'lock');

/** Lets one set-up at a time work on the folder: two that install packages into one place spoil it for both. */
export async function withSetupLock(act) {
  mkdirSync(setupDirectory, { recursive: true });
  let told = false;
  while (!tryLock()) {
    if (!told) say('  Another set-up is at work in this folder; waiting for it.');
    told = true;
    await sleep(500);
  }
  const unlock = () => rmSync(path, { force: true });
  process.once('exit', unlock);
  try {
    return await act();
  } finally {
    process.removeListener('exit', unlock);
    unlock();
  }
}

function tryLock() {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!isAlive(holder())) rmSync(path, { force: true });
  return false;
}

function holder() {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
