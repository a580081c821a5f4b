import { AuthorizeQuery, authorizePath, ContractError, devicePath } from '@diraclab/contract';
import express from 'express';
import type { NextFunction, Request, RequestHandler, Response, Router } from 'express';
import { limitKey } from '../../http/client-address.ts';
import type { ClientAddress } from '../../http/client-address.ts';
import { createRateLimit } from '../../http/rate-limit.ts';
import { finishSignIn } from '../finish-sign-in.ts';
import { isRedirectAllowed, redirectWith } from '../redirect-uri.ts';
import { mustBeProvider } from '../routes.ts';
import { callbackPath } from '../service-identity.ts';
import type { ServiceIdentity } from '../service-identity.ts';
import { readWaitingDevice, refuseDevice, sendFromDevice, sendFromLab } from '../start-sign-in.ts';
import { createBrowserCookie } from './browser-cookie.ts';
import { pagePolicy } from './html.ts';
import { askForCode, askForLab, confirmDevice, deviceDone, deviceRefused, goingTo, problemPage } from './pages.ts';

/** Sign-ins from one address a minute: a course of a hundred begins at once. */
const startsPerMinute = 300;
/** Wrong codes: of one address, which may mistype, and of all together, who may be many addresses of one. */
const wrongCodesPerMinute = 10;
const allWrongCodesPerMinute = 600;

const confirmPath = `${devicePath}/confirm`;

/** The pages that people see on their way to the provider and back. A GET changes nothing, except that the provider's own way back is one. */
export function pageDoors(router: Router, identity: ServiceIdentity, addressOf: ClientAddress): void {
  const { service, secret, providers } = identity;
  const cookie = createBrowserCookie(service.publicUrl, secret);
  const starts = createRateLimit('sign-ins', startsPerMinute);
  const wrongCodes = [createRateLimit('wrong codes', wrongCodesPerMinute), createRateLimit('wrong codes', allWrongCodesPerMinute)] as const;
  const titleOf = (name: string): string => providers.names.find((provider) => provider.name === name)?.title ?? name;
  const offered = (name: string | null | undefined) => providers.names.filter((provider) => (name ?? provider.name) === provider.name);

  /** Codes are looked up for whoever has not tried too many wrong ones. */
  async function withCode<T>(request: Request, look: () => Promise<T>): Promise<T> {
    const address = limitKey(addressOf(request));
    const keys = [address, address === undefined ? undefined : 'all'] as const;
    wrongCodes.forEach((limit, i) => limit.check(keys[i]));
    try {
      return await look();
    } catch (error) {
      if (error instanceof ContractError && error.code === 'NotFound') wrongCodes.forEach((limit, i) => limit.take(keys[i]));
      throw error;
    }
  }

  /** Only our own page of this very browser sends these forms. */
  function checkForm(request: Request): { form: Record<string, unknown>; browser: string } {
    const form = (request.body ?? {}) as Record<string, unknown>;
    const browser = cookie.read(request);
    if (browser !== undefined && cookie.isFormToken(browser, String(form['formToken']))) return { form, browser };
    throw new ContractError('BadRequest', 'This form did not come from the page that this browser was shown, or is too old.', {
      next: 'Begin again. Cookies must be allowed for this page.',
    });
  }

  function checkQuery(given: unknown): AuthorizeQuery {
    const parsed = AuthorizeQuery.safeParse(given);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new ContractError('BadRequest', `The address of this page is not complete: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`, { next: 'Begin in JupyterLab with "Sign in".' }); // prettier-ignore
    }
    // Never redirected to, not even with an error: who is not known here gets nobody from us.
    if (!isRedirectAllowed(parsed.data.redirectUri, service.labUrls))
      throw new ContractError('NotAllowed', 'The JupyterLab that sent you here is not known to this service, so nobody is signed in for it.', { next: `Tell the operator of this service its address: ${parsed.data.redirectUri.slice(0, 200)}` }); // prettier-ignore
    mustBeProvider(identity, parsed.data.provider);
    return parsed.data;
  }

  const readForm = express.urlencoded({ extended: false, limit: '16kb', parameterLimit: 30 });

  router.get(authorizePath, shown((request, response) => {
    const query = checkQuery(request.query);
    const browser = cookie.ensure(request, response);
    return askForLab(query, offered(query.provider), 'authorize', cookie.formToken(browser));
  })); // prettier-ignore
  router.post(authorizePath, readForm, shown(async (request) => {
    const { form, browser } = checkForm(request);
    const query = checkQuery(form);
    const from = addressOf(request);
    starts.take(limitKey(from));
    const provider = query.provider ?? '';
    return goingTo(await sendFromLab(identity, query, provider, browser, from ?? 'this machine'), titleOf(provider));
  })); // prettier-ignore
  router.get(devicePath, shown(async (request, response) => {
    const userCode = request.query['userCode'];
    if (typeof userCode !== 'string') return askForCode('device');
    const asked = await withCode(request, () => readWaitingDevice(identity, userCode));
    const browser = cookie.ensure(request, response);
    return confirmDevice(asked, offered(asked.provider), 'device/confirm', cookie.formToken(browser));
  })); // prettier-ignore
  router.post(confirmPath, readForm, shown(async (request) => {
    const { form, browser } = checkForm(request);
    const userCode = String(form['userCode']);
    if (form['refuse'] !== undefined) {
      await withCode(request, () => refuseDevice(identity, userCode));
      return deviceRefused();
    }
    const provider = String(form['provider']);
    mustBeProvider(identity, provider);
    return goingTo(await withCode(request, () => sendFromDevice(identity, userCode, provider, browser)), titleOf(provider));
  })); // prettier-ignore
  router.get(callbackPath, shown(async (request, response) => {
    const query = new URLSearchParams(request.url.split('?', 2)[1] ?? '');
    const finished = await finishSignIn(identity, query, cookie.read(request));
    if (finished.kind === 'device') return deviceDone(finished.owner, `${finished.vo}/${finished.ownerGroup}`);
    const answer = 'code' in finished ? { code: finished.code } : { error: finished.error, error_description: finished.refusal };
    response.setHeader('Location', redirectWith(finished.redirectUri, { ...answer, state: finished.clientState }));
    response.status(303);
    return '';
  })); // prettier-ignore
}

/** A page, or the page that says why not. */
function shown(make: (request: Request, response: Response) => string | Promise<string>): RequestHandler {
  return async (request: Request, response: Response, next: NextFunction) => {
    response.setHeader('Content-Security-Policy', pagePolicy);
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('X-Frame-Options', 'DENY');
    try {
      response.type('html').send(await make(request, response));
    } catch (error) {
      if (!(error instanceof ContractError)) return next(error);
      const { retryAfterS } = error.ids;
      if (retryAfterS !== undefined) response.setHeader('Retry-After', String(retryAfterS));
      response.status(error.status).type('html').send(problemPage(error));
    }
  };
}
