import { readConfig } from '../config.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const directory = mkdtempSync(join(tmpdir(), 'diraclab-service-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

const provider = { name: 'egi', title: 'EGI Check-in', issuer: 'https://aai.egi.eu/auth/realms/egi', clientId: 'x' };
const open = { publicUrl: 'https://wms.example.org', providers: [provider], behindProxy: true };

function read(file: object, ...words: string[]) {
  const path = join(directory, 'config.json');
  writeFileSync(path, JSON.stringify(file));
  return readConfig(['--data', directory, '--config', path, ...words], {});
}

it.each([
  ['a wild address without HTTPS', { publicUrl: 'http://localhost:8400', providers: [provider] }, '0.0.0.0:8400', /Without tls or behindProxy .* loopback only/],
  ['a wild address without a provider', { publicUrl: 'https://wms.example.org', behindProxy: true }, '0.0.0.0:8400', /Without an identity provider .* loopback only/],
  ['HTTPS that nobody speaks', { publicUrl: 'https://wms.example.org', providers: [provider] }, '127.0.0.1:8400', /who speaks HTTPS\?/],
  ['HTTPS twice', { ...open, tls: { certFile: 'a', keyFile: 'b' } }, '0.0.0.0:443', /tls or behindProxy, not both/],
  ['HTTPS for an http address', { publicUrl: 'http://localhost:8400', tls: { certFile: 'a', keyFile: 'b' } }, '127.0.0.1:8400', /publicUrl must begin with https/],
  ['no address', { providers: [provider] }, '127.0.0.1:8400', /needs publicUrl/],
  ['an http address elsewhere', { ...open, publicUrl: 'http://wms.example.org' }, '127.0.0.1:8400', /publicUrl is "http:\/\/wms.example.org"; it must be https/],
  ['a provider over http', { ...open, providers: [{ ...provider, issuer: 'http://aai.egi.eu/' }] }, '127.0.0.1:8400', /issuer of provider "egi" .* must begin with https/],
  ['a provider twice', { ...open, providers: [provider, provider] }, '127.0.0.1:8400', /Two identity providers/],
  ['a star in a Lab’s host', { ...open, labUrls: ['https://*.example.org/'] }, '127.0.0.1:8400', /never in the host/],
  ['a Lab over http', { ...open, labUrls: ['http://hub.example.org/'] }, '127.0.0.1:8400', /labUrls has/],
  ['a proxy that is no address', { ...open, trustedProxies: ['proxy'] }, '127.0.0.1:8400', /trustedProxies has "proxy"/],
  ['proxies without behindProxy', { publicUrl: 'http://localhost:1', trustedProxies: ['10.0.0.0/8'] }, '127.0.0.1:8400', /without "behindProxy": true/],
])('refuses %s in one sentence', (_what, file, listen, sentence) => {
  expect(() => read(file, '--service', '--listen', listen)).toThrow(sentence);
}); // prettier-ignore

it('a laptop stays on the loopback, and is no service by a forgotten word', () => {
  expect(() => read({}, '--listen', '0.0.0.0:8400')).toThrow(/loopback only/);
  expect(() => read(open)).toThrow(/publicUrl is for a service: give --service/);
  expect(read({})?.service).toBeUndefined();
});

it('a service with all that it needs may listen everywhere; X-Forwarded-For is believed from this machine only, unless told', () => {
  const config = read({ ...open, mode: 'service', publicUrl: 'https://wms.example.org/dirac/' }, '--listen', '0.0.0.0:8400');
  expect(config?.service).toMatchObject({ publicUrl: 'https://wms.example.org/dirac', trustedProxies: ['127.0.0.1', '::1'] });
  expect(config?.localSite).toBe(false);
});
