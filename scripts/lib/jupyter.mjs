import { lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { node24, root } from './node24.mjs';
import { venv } from './python.mjs';

/**
 * Puts extension, kernel and settings where JupyterLab in `.venv` looks for them. Five small things: they are made at every start, which is
 * cheaper than to know whether they are current (they hold absolute paths, and a folder may be moved).
 *
 * The extension is a link to its build, as `jupyter-builder develop` makes it, but without pip: nothing to build, no build back end to
 * fetch, and a new build shows at the next reload of the page. Users of the Python package get the same files by `pip install`.
 */
export function setUpJupyter() {
  // Lab runs its own yarn.js (CommonJS) below .venv; without this it would count as an ES module, because our package.json says so, and fail.
  place('package.json', '{ "type": "commonjs" }\n');
  place('etc/jupyter/jupyter_server_config.json', filled('jupyter_server_config.json'));
  place('share/jupyter/kernels/diraclab/kernel.json', filled('kernel.json'));
  place('share/jupyter/lab/settings/overrides.json', filled('overrides.json'));
  link('share/jupyter/labextensions/diraclab-extension', join(root, 'extension/diraclab/labextension'));
}

/** A file of jupyter-config with this machine's paths in it. */
export function filled(name) {
  const inJson = (text) => JSON.stringify(text).slice(1, -1);
  return readFileSync(join(root, 'jupyter-config', name), 'utf8').replaceAll('@node@', inJson(node24())).replaceAll('@root@', inJson(root));
}

function place(name, text) {
  const path = join(venv, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function link(name, target) {
  const path = join(venv, name);
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there?.isSymbolicLink() && readlinkSync(path) === target) return;
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { recursive: true, force: true });
  symlinkSync(target, path);
}
