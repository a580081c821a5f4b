import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { ProviderConfig } from './providers.ts';

const Name = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a short name of small letters, digits and dashes');

/** What may stand in the configuration file of a service, besides what a laptop has. */
export const serviceFields = {
  mode: z.enum(['laptop', 'service']).optional(),
  /** How people reach the service, without a slash at its end: `https://wms.example.org`. */
  publicUrl: z.string().optional(),
  providers: z
    .array(
      z.strictObject({
        name: Name,
        title: z.string().min(1).max(60),
        issuer: z.string(),
        clientId: z.string().min(1),
        clientSecretFile: z.string().optional(),
        scopes: z.array(z.string().min(1)).optional(),
      }),
    )
    .optional(),
  tls: z.strictObject({ certFile: z.string(), keyFile: z.string() }).optional(),
  /** A proxy before us speaks HTTPS, and its X-Forwarded-For is believed. */
  behindProxy: z.boolean().optional(),
  /** The proxies' addresses, also as CIDR; by default this machine. */
  trustedProxies: z.array(z.string()).optional(),
  // Where JupyterLabs are reached that may sign people in: https://hub.example.org/user/*/
  labUrls: z.array(z.string()).optional(),
  secretFile: z.string().optional(),
};
export type ServiceFields = { [Name in keyof typeof serviceFields]?: z.infer<(typeof serviceFields)[Name]> };

export interface ServiceConfig {
  publicUrl: string;
  providers: readonly ProviderConfig[];
  tls: { certFile: string; keyFile: string } | undefined;
  /** Empty: not behind a proxy. */
  trustedProxies: readonly string[];
  labUrls: readonly string[];
  secretFile: string;
}

type Listen = { kind: 'tcp'; host: string; port: number } | { kind: 'socket'; path: string | undefined };

const loopbacks = ['127.0.0.1', '::1', 'localhost'];
const standardScopes = ['openid', 'profile', 'email', 'eduperson_entitlement'];

/** Undefined for a laptop. Throws one sentence for each mistake: a service must not come up half safe. */
export function readServiceConfig(fields: ServiceFields, listen: Listen, dataDirectory: string): ServiceConfig | undefined {
  const { mode = 'laptop', publicUrl, providers = [], tls, behindProxy = false, trustedProxies, labUrls = [], secretFile } = fields;
  if (mode === 'laptop') {
    const meant = Object.entries({ publicUrl, providers: fields.providers, tls, behindProxy: fields.behindProxy, labUrls: fields.labUrls, secretFile }).find(([, value]) => value !== undefined); // prettier-ignore
    if (meant !== undefined)
      throw new Error(`${meant[0]} is for a service: give --service, or "mode": "service" in the configuration file.`);
    return undefined;
  }
  const url = checkPublicUrl(publicUrl);
  checkTransport(url, listen, { hasTls: tls !== undefined, behindProxy, hasProviders: providers.length > 0 });
  if (trustedProxies !== undefined && !behindProxy) throw new Error('trustedProxies is given without "behindProxy": true.');
  return {
    publicUrl: `${url.origin}${url.pathname}`.replace(/\/+$/, ''),
    providers: checkProviders(providers),
    tls,
    trustedProxies: behindProxy ? checkAddresses(trustedProxies ?? ['127.0.0.1', '::1']) : [],
    labUrls: labUrls.map(checkLabUrl),
    secretFile: resolve(secretFile ?? join(dataDirectory, 'secret')),
  };
}

function checkPublicUrl(text: string | undefined): URL {
  if (text === undefined) throw new Error('A service needs publicUrl, the address at which people reach it: https://wms.example.org.');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopbacks.includes(plainHost(url)));
  if (url === undefined || !isSafe || url.username !== '' || url.search !== '' || url.hash !== '')
    throw new Error(`publicUrl is "${text}"; it must be https://HOST, HOST:PORT or HOST/PATH (http only on this machine).`);
  return url;
}

/** Tokens must not cross a network in the clear, and nobody's door must stand open before there is a way to know who comes. */
function checkTransport(url: URL, listen: Listen, has: { hasTls: boolean; behindProxy: boolean; hasProviders: boolean }): void {
  const { hasTls, behindProxy, hasProviders } = has;
  if (hasTls && behindProxy) throw new Error('Give tls or behindProxy, not both: HTTPS ends here, or at the proxy.');
  if (hasTls && url.protocol !== 'https:') throw new Error('tls is given, so publicUrl must begin with https://.');
  if (hasTls && listen.kind === 'socket') throw new Error('tls needs a port to listen on: give --listen HOST:PORT.');
  if (url.protocol === 'https:' && !hasTls && !behindProxy)
    throw new Error('publicUrl begins with https://, but who speaks HTTPS? Give tls (certFile and keyFile), or "behindProxy": true.');
  if (listen.kind === 'socket' || loopbacks.includes(listen.host)) return;
  if (!hasTls && !behindProxy)
    throw new Error(`Without tls or behindProxy a service listens on the loopback only (127.0.0.1), not on ${listen.host}.`);
  if (!hasProviders)
    throw new Error(`Without an identity provider (providers) a service listens on the loopback only (127.0.0.1), not on ${listen.host}.`);
}

function checkProviders(providers: NonNullable<ServiceFields['providers']>): ProviderConfig[] {
  const names = providers.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`Two identity providers have the name "${twice}".`);
  return providers.map((provider) => {
    const url = URL.canParse(provider.issuer) ? new URL(provider.issuer) : undefined;
    if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && loopbacks.includes(plainHost(url))))
      throw new Error(
        `The issuer of provider "${provider.name}" is "${provider.issuer}"; it must begin with https:// (http only on this machine).`,
      );
    return { ...provider, scopes: provider.scopes ?? standardScopes };
  });
}

function checkAddresses(addresses: readonly string[]): readonly string[] {
  for (const text of addresses) {
    const [address = '', prefix] = text.split('/');
    const most = isIP(address) === 6 ? 128 : 32;
    if (isIP(address) === 0 || (prefix !== undefined && !(/^\d{1,3}$/.test(prefix) && Number(prefix) <= most)))
      throw new Error(`trustedProxies has "${text}", which is no address and no network like 10.0.0.0/8.`);
  }
  return addresses;
}

function checkLabUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopbacks.includes(plainHost(url)));
  if (url === undefined || !isSafe || url.hostname.includes('*') || url.search !== '' || url.hash !== '')
    throw new Error(
      `labUrls has "${text}"; it must be like https://hub.example.org/user/*/ (a star for one segment of the path, never in the host).`,
    );
  return text;
}

const plainHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');
