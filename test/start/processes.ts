import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface RunningProcess {
  pid: number;
  command: string;
}

/**
 * Processes that carry the text in their command line or environment, but not the one that runs `npm start` itself. Lab hands its data
 * directory to everything below it by environment; server and pilots, which are processes of their own, name it in their arguments.
 */
export async function processesOf(text: string): Promise<RunningProcess[]> {
  const all = process.platform === 'linux' ? await fromProc(text) : await fromPs(text);
  return all.filter(({ pid, command }) => pid !== process.pid && !command.includes('scripts/start.mjs'));
}

/** Slim containers have no ps. */
async function fromProc(text: string): Promise<RunningProcess[]> {
  const found: RunningProcess[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
    const command = (await read('cmdline')).replaceAll('\0', ' ').trim();
    if (command.includes(text) || (await read('environ')).includes(text)) found.push({ pid: Number(pid), command });
  }
  return found;
}

async function fromPs(text: string): Promise<RunningProcess[]> {
  const { stdout } = await promisify(execFile)('ps', ['axeww', '-o', 'pid=,command='], { maxBuffer: 64 * 1024 * 1024 });
  return stdout
    .split('\n')
    .filter((line) => line.includes(text))
    .map((line) => ({ pid: Number.parseInt(line, 10), command: line.trim().replace(/^\d+ /, '') }));
}
