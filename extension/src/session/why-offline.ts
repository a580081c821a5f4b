import { ServerConnection } from '@jupyterlab/services';
import { urlOf } from './connection';

/**
 * One request that finds out which part is away: Lab, our server behind it, or only the live connection. It is made without the contract's
 * client, which may not be loaded yet and cannot be loaded from a Lab that is away.
 */
export async function whyOffline(settings: ServerConnection.ISettings, error: Error): Promise<string> {
  let answer: Response;
  try {
    answer = await ServerConnection.makeRequest(urlOf(settings, '/api/health/live'), { cache: 'no-cache' }, settings);
  } catch {
    return "JupyterLab's server does not answer.";
  }
  if (answer.ok) return `The DIRAC server answers, but the live connection does not open (${error.message}).`;
  const problem = (await answer.json().catch(() => undefined)) as { detail?: unknown; next?: unknown } | undefined;
  const said = [problem?.detail, problem?.next].filter((text) => typeof text === 'string').join(' ');
  return said === '' ? `The DIRAC server behind JupyterLab could not be reached or started (HTTP ${answer.status}).` : said;
}
