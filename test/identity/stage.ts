import { createClient, fetchTransport } from '@diraclab/contract';
import type { Client, RegistryFile, TokenSet } from '@diraclab/contract';
import { getTokens } from '@diraclab/contract';
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../server/src/config.ts';
import type { ServiceConfig } from '../../server/src/identity/service-config.ts';
import type { Logger } from '../../server/src/logger.ts';
import { fillRegistry } from '../../server/src/registry/testing.ts';
import type { TestGrid } from '../../server/src/testing/test-grid.ts';
import { Browser, goingTo } from './browser.ts';
import { freePort, startProvider } from './provider.ts';
import type { Provider } from './provider.ts';

const rule = (...roles: [string, string][]) => ({
  namespace: 'urn:mace:egi.eu',
  authorities: ['aai.egi.eu'],
  roles: roles.map(([role, ownerGroup]) => ({ role, ownerGroup })),
});

/** The provider's two VOs: alice is in both, bob in one, carol in none. */
export const communities: RegistryFile = {
  format: 'diraclab-registry-1',
  vos: [
    { name: 'vo.example.org', defaultGroup: 'example_user', entitlement: { ...rule(['member', 'example_user'], ['vm_operator', 'example_admin']), issuers: [], group: 'vo.example.org' } },
    { name: 'vo.other.org', defaultGroup: 'other_user', entitlement: { ...rule(['member', 'other_user']), issuers: [], group: 'vo.other.org' } },
  ],
  groups: [
    { vo: 'vo.example.org', name: 'example_user', properties: ['NormalUser'] },
    { vo: 'vo.example.org', name: 'example_admin', properties: ['NormalUser', 'JobAdministrator'] },
    { vo: 'vo.other.org', name: 'other_user', properties: ['NormalUser'] },
  ],
  people: [],
  robots: [],
}; // prettier-ignore

export interface Stage {
  grid: TestGrid;
  provider: Provider;
  publicUrl: string;
  /** Without a token. */
  call: Client;
  as(accessToken: string): Client;
}

type StartGrid = (options?: Partial<Config>, logger?: Logger) => Promise<TestGrid>;

export const labUri = 'http://127.0.0.1:9999/callback';

/** A service with a real provider and a registry of two communities. `change` is the configuration of the stories. */
export async function openStage(
  start: StartGrid,
  provider: Provider,
  port: number,
  change: Partial<ServiceConfig> = {},
  logger?: Logger,
): Promise<Stage> {
  const publicUrl = change.publicUrl ?? `http://localhost:${port}`;
  const service = await serviceConfig(provider, publicUrl, change);
  const grid = await start({ listen: { kind: 'tcp', host: 'localhost', port }, service }, logger);
  await fillRegistry(grid.database, withIssuer(communities, provider.issuer));
  const as = (token: string): Client => createClient(fetchTransport(publicUrl), () => ({ authorization: `Bearer ${token}` }));
  return { grid, provider, publicUrl, call: createClient(fetchTransport(publicUrl)), as };
}

export const withIssuer = (file: RegistryFile, issuer: string): RegistryFile => ({
  ...file,
  vos: file.vos.map((vo) => (vo.entitlement === undefined ? vo : { ...vo, entitlement: { ...vo.entitlement, issuers: [issuer] } })),
});

export async function serviceConfig(provider: Provider, publicUrl: string, change: Partial<ServiceConfig> = {}): Promise<ServiceConfig> {
  const directory = provider.directory;
  const clientSecretFile = join(directory, 'client-secret');
  await writeFile(clientSecretFile, 'wms-web-secret\n', { mode: 0o600 });
  return {
    publicUrl,
    providers: [
      {
        name: 'egi',
        title: 'EGI Check-in',
        issuer: provider.issuer,
        clientId: 'wms-web',
        clientSecretFile,
        scopes: ['openid', 'profile', 'email', 'eduperson_entitlement'],
      },
    ],
    tls: undefined,
    trustedProxies: [],
    labUrls: ['https://hub.example.org/user/*/'],
    secretFile: join(directory, 'secret'),
    ...change,
  };
}

/** For stories that each need a provider and a port of their own. */
export function useStages(): { open(start: StartGrid, change?: Partial<ServiceConfig>, logger?: Logger): Promise<Stage> } {
  const providers: Provider[] = [];
  afterEach(async () => {
    for (const provider of providers.splice(0)) await provider.remove();
  });
  return {
    async open(start, change, logger) {
      const port = await freePort();
      const provider = await startProvider([`${change?.publicUrl ?? `http://localhost:${port}`}/api/identity/callback`]);
      providers.push(provider);
      return openStage(start, provider, port, change, logger);
    },
  };
}

/** What a Lab keeps to itself while its person signs in. */
export interface LabRequest {
  url: string;
  verifier: string;
  state: string;
  redirectUri: string;
}

export function askAsLab({ publicUrl }: Pick<Stage, 'publicUrl'>, more: Record<string, string> = {}): LabRequest {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const query = new URLSearchParams({
    clientId: 'diraclab-lab',
    redirectUri: labUri,
    state,
    codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
    codeChallengeMethod: 'S256',
    ...more,
  });
  return { url: `${publicUrl}/api/identity/authorize?${query.toString()}`, verifier, state, redirectUri: query.get('redirectUri') ?? '' };
}

/** At the provider: name and password, when it asks for them. Gives the address with which the provider sends the browser back to us. */
export async function passProvider(browser: Browser, url: string, user: string): Promise<string> {
  const page = await browser.go(url);
  if (!page.text.includes('name="password"')) return page.url;
  return (await browser.go(page.url, { login: user, password: user })).url;
}

/** From a Lab's "Sign in" to the address that the Lab is called with at the end. */
export async function signInBrowser(asked: LabRequest, user: string, browser = new Browser()): Promise<URL> {
  const sent = await browser.press(await browser.go(asked.url), { provider: 'egi' });
  const back = await passProvider(browser, goingTo(sent), user);
  return new URL((await browser.go(back)).url);
}

export async function signIn(stage: Stage, user: string, more: Record<string, string> = {}): Promise<TokenSet> {
  const asked = askAsLab(stage, more);
  const answer = await signInBrowser(asked, user);
  const code = answer.searchParams.get('code');
  if (code === null) throw new Error(`${user} was not signed in: ${answer.href}`);
  return stage.call(getTokens, {
    body: { grantType: 'authorizationCode', code, codeVerifier: asked.verifier, redirectUri: asked.redirectUri },
  });
}
