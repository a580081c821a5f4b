import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Env } from './connection';

export interface Lab {
  /** With the trailing slash, `http://localhost:8888/user/alice/`. */
  url: string;
  token: string;
}

/** Longest that the companion may take to bring the server up: it answers 503 after 20 s by itself. */
const wakeTimeoutMs = 25_000;

/**
 * The JupyterLab this process runs in: a kernel knows its pid (`JPY_PARENT_PID`), a terminal its address (`JUPYTER_SERVER_URL`). The token
 * comes from the file that Lab itself wrote for its user (mode 0600) and is sent only to the address in that same file.
 */
export async function findLab(env: Env): Promise<Lab | undefined> {
  const directory = runtimeDirectory(env);
  const pid = env['JPY_PARENT_PID'];
  if (pid !== undefined && /^\d+$/.test(pid)) {
    const lab = await readLabFile(join(directory, `jpserver-${pid}.json`), env);
    if (lab !== undefined) return lab;
  }
  const wanted = env['JUPYTER_SERVER_URL'];
  if (!wanted) return undefined;
  for (const name of await readdir(directory).catch(() => [])) {
    if (!/^jpserver-\d+\.json$/.test(name)) continue;
    const lab = await readLabFile(join(directory, name), env);
    if (lab !== undefined && sameLab(lab.url, wanted)) return lab;
  }
  return undefined;
}

/** One request through Lab's proxy, which starts the server behind it. Gives why not, in words, when it did not. */
export async function wakeServer(lab: Lab): Promise<string | undefined> {
  const url = new URL('dirac/api/health/live', lab.url);
  return new Promise((resolve) => {
    const headers = lab.token === '' ? {} : { authorization: `token ${lab.token}` };
    const send = url.protocol === 'https:' ? secureRequest : request;
    const asked = send(url, { headers, timeout: wakeTimeoutMs }, (answer) => {
      answer.resume();
      const status = answer.statusCode ?? 0;
      answer.once('close', () => resolve(status === 200 ? undefined : `it answered HTTP ${status}`));
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${wakeTimeoutMs / 1000} s`)));
    asked.on('error', (error) => resolve(error.message));
    asked.end();
  });
}

/** Where Jupyter keeps its runtime files, by Jupyter's own rules. */
export function runtimeDirectory(env: Env, platform: NodeJS.Platform = process.platform): string {
  if (env['JUPYTER_RUNTIME_DIR']) return env['JUPYTER_RUNTIME_DIR'];
  if (env['JUPYTER_DATA_DIR']) return join(env['JUPYTER_DATA_DIR'], 'runtime');
  const home = env['HOME'] || homedir();
  if (platform === 'darwin') return join(home, 'Library', 'Jupyter', 'runtime');
  if (platform === 'win32') return join(env['APPDATA'] || home, 'jupyter', 'runtime');
  return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'jupyter', 'runtime');
}

async function readLabFile(path: string, env: Env): Promise<Lab | undefined> {
  try {
    const { url, token } = JSON.parse(await readFile(path, 'utf8')) as { url?: unknown; token?: unknown };
    if (typeof url !== 'string') return undefined;
    // Under JupyterHub the file has no token; the one of the user's own server does.
    const known = typeof token === 'string' ? token : '';
    return { url: url.endsWith('/') ? url : `${url}/`, token: known || (env['JUPYTERHUB_API_TOKEN'] ?? '') };
  } catch {
    return undefined;
  }
}

/** `localhost` and `127.0.0.1` are one machine; port and base path must agree. */
function sameLab(a: string, b: string): boolean {
  const [one, two] = [new URL(a), new URL(b)];
  const trim = (path: string) => path.replace(/\/+$/, '');
  return one.port === two.port && trim(one.pathname) === trim(two.pathname);
}
