import { labSessionPaths, type LabGroup, type LabSession, type LabSignInStarted } from '@diraclab/contract/lab-session';
import { ServerConnection } from '@jupyterlab/services';
import { urlOf } from './connection';

/** What the page asks the companion about the sign-in. Tokens are in none of the answers. */
export interface LabSessionCalls {
  state(): Promise<LabSession>;
  start(): Promise<LabSignInStarted>;
  switchGroup(group: LabGroup): Promise<LabSession>;
  signOut(): Promise<LabSession>;
  /** Any call that needs a sign-in: the companion finds out by it whether the service still knows us. */
  probe(): Promise<void>;
}

export function labSessionCalls(settings: ServerConnection.ISettings): LabSessionCalls {
  const ask = async <T>(path: string, body?: object): Promise<T> => {
    const sent = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    // Lab adds a time to the address of requests without this.
    const init: RequestInit = { cache: 'no-cache', ...sent };
    const answer = await ServerConnection.makeRequest(urlOf(settings, path), init, settings);
    const said = (await answer.json().catch(() => undefined)) as (T & { detail?: string; next?: string; code?: string }) | undefined;
    if (answer.ok && said !== undefined) return said;
    throw Object.assign(new Error(said?.detail ?? `JupyterLab answered ${path} with HTTP ${answer.status}.`), {
      code: said?.code,
      next: said?.next,
    });
  };
  return {
    state: () => ask(labSessionPaths.state),
    start: () => ask(labSessionPaths.signIn, { redirectUri: new URL(urlOf(settings, labSessionPaths.callback), location.href).href }),
    switchGroup: ({ vo, ownerGroup }) => ask(labSessionPaths.switchGroup, { vo, ownerGroup }),
    signOut: () => ask(labSessionPaths.signOut, {}),
    probe: () => ask<object>('/api/whoami').then(() => undefined),
  };
}
