import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.mjs';
import { root } from './node24.mjs';
import { Remedy } from './remedy.mjs';
import { digest, readStamps, writeStamp } from './stamps.mjs';
import { step } from './steps.mjs';

/** The virtual environment that JupyterLab lives in; nothing outside it is touched. */
export const venv = join(root, '.venv');
export const venvPython = join(venv, 'bin/python');

const requirements = 'jupyter-config/requirements.txt';
const candidates = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];

/** JupyterLab in `.venv`, from pinned versions. */
export async function setUpPython() {
  const wanted = digest([requirements]);
  if (readStamps().python === wanted && existsSync(venvPython)) return;
  const python = choosePython(candidates.map(ask));
  // An environment whose Python was removed or upgraded away cannot be mended, only made again.
  if (existsSync(venv) && spawnSync(venvPython, ['-c', 'import pip']).status !== 0) rmSync(venv, { recursive: true, force: true });
  if (!existsSync(venv)) {
    const remedy = 'On Debian or Ubuntu "apt install python3-venv" brings what is missing.';
    await step(`Python environment (${python.name} ${python.version})`, () => run('venv', python.name, ['-m', 'venv', venv], { remedy }));
  }
  await step('JupyterLab', () =>
    run('pip', venvPython, ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '-r', requirements], {
      remedy: 'Is the Python package index reachable (or PIP_INDEX_URL set)?',
    }),
  );
  writeStamp('python', wanted);
}

/** Asks a Python which it is and whether it can make environments; undefined where there is none of that name. */
function ask(name) {
  const script = 'import sys; print("%d.%d.%d" % sys.version_info[:3])\nimport venv, ensurepip\nprint("venv")';
  const { stdout, error } = spawnSync(name, ['-c', script], { encoding: 'utf8' });
  const [version, module] = (stdout ?? '').split('\n');
  return error !== undefined || !/^\d+\.\d+\.\d+$/.test(version) ? undefined : { name, version, hasVenv: module === 'venv' };
}

/** The first Python that will do, or a sentence about the best of those that will not. */
export function choosePython(answers) {
  const found = answers.filter((answer) => answer !== undefined);
  const recent = found.filter(({ version }) => isRecent(version));
  const usable = recent.find(({ hasVenv }) => hasVenv);
  if (usable !== undefined) return usable;
  if (recent.length > 0) {
    throw new Remedy(`${recent[0].name} ${recent[0].version} lacks the venv module.`, 'Install it ("apt install python3-venv" on Debian or Ubuntu) and run this again.');
  }
  if (found.length > 0) {
    throw new Remedy(`JupyterLab needs Python 3.10 or later; ${found[0].name} here is ${found[0].version}.`, 'Install a newer one, with venv, and run this again.');
  }
  throw new Remedy('No Python was found on PATH; JupyterLab needs Python 3.10 or later.', 'Install it ("apt install python3 python3-venv" on Debian or Ubuntu) and run this again.');
}

function isRecent(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 3 || (major === 3 && minor >= 10);
}
