import type { AuthorizeQuery, ContractError } from '@diraclab/contract';
import { Html, html, page } from './html.ts';

interface ProviderName {
  name: string;
  title: string;
}

const hidden = (fields: Readonly<Record<string, string>>): Html[] =>
  Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`);

const buttons = (providers: readonly ProviderName[]): Html[] =>
  providers.map(({ name, title }) => html`<button type="submit" name="provider" value="${name}">Sign in with ${title}</button>`);

/**
 * Asked before every sign-in of a Lab: a link can name anybody's Lab, and a provider that knows the person already asks nothing. So the person
 * sees here who will act for them.
 */
export function askForLab(query: AuthorizeQuery, providers: readonly ProviderName[], action: string, formToken: string): string {
  const { origin, pathname } = new URL(query.redirectUri);
  return page(
    'Sign in',
    html`<p>JupyterLab at</p>
      <p class="who">${origin}${pathname}</p>
      <p>asks to submit and see jobs as you. Go on only if that is your JupyterLab and you have just asked it to sign in.</p>
      <form method="post" action="${action}">${hidden({ ...definedTexts(query), formToken })}${buttons(providers)}</form>`,
  );
}

export function askForCode(action: string, wrong?: string): string {
  const said = wrong === undefined ? new Html('') : html`<p role="alert">${wrong}</p>`;
  return page(
    'Sign in a terminal',
    html`${said}
      <form method="get" action="${action}">
        <p><label for="userCode">The code that your terminal shows:</label></p>
        <input id="userCode" name="userCode" autocomplete="off" autofocus maxlength="12" required /> <button type="submit">Next</button>
      </form>`,
  );
}

export interface AskedByDevice {
  userCode: string;
  askedFrom: string;
  askedMs: number;
}

export function confirmDevice(asked: AskedByDevice, providers: readonly ProviderName[], action: string, formToken: string): string {
  const time = new Date(asked.askedMs).toISOString().slice(11, 16);
  return page(
    'Sign in a terminal',
    html`<p>A terminal asks to submit and see jobs as you. It shows this code:</p>
      <p><code>${asked.userCode}</code></p>
      <p class="quiet">Asked at ${time} UTC from ${asked.askedFrom}.</p>
      <p>Go on only if it is your terminal and the code is the same. Did somebody send you this link? Then say no.</p>
      <form method="post" action="${action}">
        ${hidden({ userCode: asked.userCode, formToken })}${buttons(providers)}<button type="submit" name="refuse" value="yes">
          No, this is not mine
        </button>
      </form>`,
  );
}

export const goingTo = (url: string, title: string): string =>
  page('One moment', html`<p>Going to <a href="${url}">${title}</a> …</p>`, url);

export const deviceDone = (owner: string, group: string): string =>
  page('Signed in', html`<p>Your terminal is signed in as <span class="who">${owner}</span> for ${group}. You can close this window.</p>`);

export const deviceRefused = (): string => page('Refused', html`<p>That terminal was not signed in. You can close this window.</p>`);

export const problemPage = (error: ContractError): string =>
  page(
    'Not signed in',
    html`<p role="alert">${error.message}</p>
      <p>${error.next ?? ''}</p>`,
  );

const definedTexts = (query: AuthorizeQuery): Record<string, string> =>
  Object.fromEntries(Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined));
