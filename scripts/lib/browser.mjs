import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';

/**
 * Opens Lab in the browser by the page that Lab wrote for that (0600): it redirects, so the token does not stand in a command line that
 * other users can read. Does nothing where there is no display.
 */
export function openBrowser(openFile, env = process.env) {
  const isMac = process.platform === 'darwin';
  if (!isMac && !env.DISPLAY && !env.WAYLAND_DISPLAY) return;
  const child = spawn(isMac ? 'open' : 'xdg-open', [pathToFileURL(openFile).href], { detached: true, stdio: 'ignore' });
  // No browser to be found: the line with the address is there.
  child.on('error', () => undefined);
  child.unref();
}
