/**
 * What JupyterLab's page asks its companion about the sign-in; below Lab's proxy, beside `/api`, and never sent on to a service. The
 * tokens stay with the companion: nothing here holds one.
 */
export const labSessionPaths = {
  /** GET: {@link LabSession}. */
  state: '/session',
  /** POST {@link LabSignIn}: {@link LabSignInStarted}. */
  signIn: '/session/sign-in',
  /** Where the service sends the browser back; a page. */
  callback: '/session/callback',
  /** A page that says how it went. */
  outcome: '/session/outcome',
  /** POST {@link LabGroup}: {@link LabSession}. */
  switchGroup: '/session/switch-group',
  /** POST {}: {@link LabSession}. */
  signOut: '/session/sign-out',
} as const;

/** The client id by which the service knows a sign-in from JupyterLab. */
export const labClientId = 'diraclab-lab';

export interface LabGroup {
  vo: string;
  ownerGroup: string;
}

/** `noSignIn`: the server is this machine's own, or a service whose token an administrator keeps in a file. */
export type LabSession =
  | { kind: 'noSignIn' }
  /** `before`: who was signed in until the service ended it, and why in its words. `failure`: why the last attempt did not succeed. */
  | { kind: 'signedOut'; service: string; before: (LabGroup & { owner: string; why: string }) | null; failure: string | null }
  | ({
      kind: 'signedIn';
      service: string;
      owner: string;
      /** When it ends without a new sign-in: ISO time. */
      endTime: string;
      /** False when the last renewal failed, so that the end is that of the present access token. */
      isRenewable: boolean;
    } & LabGroup);

export interface LabSignIn {
  /** The address of {@link labSessionPaths.callback} as the browser sees it. */
  redirectUri: string;
}

export interface LabSignInStarted {
  /** Where the browser is to go. */
  url: string;
}
