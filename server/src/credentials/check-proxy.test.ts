import { X509Certificate } from 'node:crypto';
import { checkProxy } from './check-proxy.ts';
import { readPem } from './read-pem.ts';
import { fileOf, proxyExtensions, TestCa } from './testing.ts';
import type { Made } from './testing.ts';

const dayMs = 86_400_000;
let ca: TestCa;
let alice: Made;
let proxy: Made;
let bob: Made;

beforeAll(() => {
  ca = new TestCa();
  alice = ca.person('alice');
  bob = ca.person('bob');
  proxy = ca.proxy('alice', alice);
});
afterAll(() => ca.remove());

const trusting = (...made: Made[]) => made.map(({ certificate }) => new X509Certificate(certificate));
const check = (pem: string, trusted = trusting(ca.root), nowMs = Date.now()) => checkProxy(readPem(pem), trusted, nowMs);

describe('a proxy', () => {
  it('is its maker’s, whatever stands around it in the file', () => {
    const checked = check(`Subject: alice\n${fileOf(proxy, alice, ca.root)}\n`);
    expect(checked).toMatchObject({ subject: '/DC=org/DC=example/CN=alice', issuer: '/DC=org/DC=example/CN=Test CA', fqans: [] });
    // What is kept is canonical: proxy, key, person; no CA and no words.
    expect(checked.pem.match(/BEGIN [A-Z ]+/g)).toEqual(['BEGIN CERTIFICATE', 'BEGIN PRIVATE KEY', 'BEGIN CERTIFICATE']);
    expect(check(checked.pem).identity).toBe(checked.identity);
    const second = ca.make('/DC=org/DC=example/CN=alice/CN=4711/CN=1', proxy, { extensions: proxyExtensions, days: 1 });
    const delegated = check(fileOf(second, proxy, alice));
    expect(delegated.identity).toBe(checked.identity);
    expect(delegated.notAfterMs).toBeLessThan(Date.now() + 1.1 * dayMs);
  });

  it('shows its VOMS attributes, and those that are broken are none', () => {
    const oid = (hex: string) => `06${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`;
    const tlv = (tag: string, hex: string) => `${tag}${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`;
    const fqan = (text: string) => tlv('04', Buffer.from(text).toString('hex'));
    const attribute = tlv('30', oid('2b06010401be45646404') + tlv('31', tlv('30', tlv('30', fqan('/vo-a/Role=NULL') + fqan('/vo-a/x'))))); // prettier-ignore
    const with_ = (hex: string) => ca.proxy('alice', alice, { extensions: `${proxyExtensions}\n1.3.6.1.4.1.8005.100.100.5=DER:${hex}` });
    expect(check(fileOf(with_(tlv('30', tlv('30', attribute))), alice)).fqans).toEqual(['/vo-a/Role=NULL', '/vo-a/x']);
    expect(check(fileOf(with_('307f0102'), alice)).fqans).toEqual([]);
  });

  it('signed below a CA that is trusted passes, and needs the one between', () => {
    const between = ca.make('/DC=org/DC=example/CN=Between', ca.root, { extensions: 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign' }); // prettier-ignore
    const carol = ca.make('/DC=org/DC=example/CN=carol', between);
    const hers = ca.proxy('carol', carol);
    expect(check(fileOf(hers, carol, between)).subject).toContain('CN=carol');
    expect(() => check(fileOf(hers, carol))).toThrow(/signed by .*CN=Between, which this service does not trust/);
  });

  const refusals: [string, () => unknown, RegExp][] = [
    ['nothing', () => check(''), /no certificate/],
    ['a block without an end', () => check('-----BEGIN CERTIFICATE-----\nabc'), /block has no end/],
    ['rubbish in a block', () => check('-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n' + proxy.key), /cannot be read/],
    ['no key', () => check(proxy.certificate + alice.certificate), /one private key, and there are 0/],
    ['two keys', () => check(fileOf(proxy, alice) + alice.key), /one private key, and there are 2/],
    ['another’s key', () => check(fileOf({ ...proxy, key: bob.key }, alice)), /does not belong/],
    ['a key with a passphrase', () => check(proxy.certificate + proxy.key.replaceAll('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY')), /passphrase/],
    ['a person’s own certificate', () => check(fileOf(alice)), /not a proxy/],
    ['a proxy of the old kind', () => check(fileOf(ca.make('/DC=org/DC=example/CN=alice/CN=proxy', alice), alice)), /old kind/],
    ['no person', () => check(fileOf(proxy)), /not whole/],
    ['another’s chain', () => check(fileOf(proxy, bob)), /not in order/],
    ['a forged signature', () => check(fileOf(ca.proxy('alice', bob), alice)), /not in order/],
    ['the same name, another key', () => check(fileOf(proxy, ca.person('alice'))), /signature .* not by the one behind it/],
    ['a name that is not its maker’s and one more', () => check(fileOf(ca.make('/DC=org/DC=example/CN=root', alice, { extensions: proxyExtensions }), alice)), /not in order/],
    ['more proxies than allowed', () => {
      const last = ca.proxy('alice', alice, { extensions: proxyExtensions.replace('language', 'pathlen:0,language') });
      return check(fileOf(ca.make('/DC=org/DC=example/CN=alice/CN=4711/CN=1', last, { extensions: proxyExtensions }), last, alice));
    }, /more proxies below/],
    ['a CA’s own proxy', () => check(fileOf(ca.make('/DC=org/DC=example/CN=Test CA/CN=1', ca.root, { extensions: proxyExtensions }), ca.root)), /CA’s certificate/],
    ['a CA of one’s own', () => {
      const own = ca.make('/DC=org/DC=example/CN=Test CA', undefined, { extensions: 'basicConstraints=critical,CA:TRUE' });
      const forged = ca.make('/DC=org/DC=example/CN=alice', own);
      return check(fileOf(ca.proxy('alice', forged), forged, own));
    }, /does not trust/],
    ['one that has expired', () => check(fileOf(proxy, alice), undefined, Date.now() + 3 * dayMs), /expired at/],
    ['one of the future', () => check(fileOf(proxy, alice), undefined, Date.now() - dayMs), /not valid before/],
    ['one that lasts too long', () => {
      const long = ca.person('alice', { days: 100 });
      return check(fileOf(ca.proxy('alice', long, { days: 60 }), long));
    }, /longer than 31 days/],
  ]; // prettier-ignore
  it.each(refusals)('that is %s is refused in words, without what stands in it', (_what, act, words) => {
    expect(act).toThrow(words);
    try {
      act();
    } catch (error) {
      expect((error as Error).message).not.toMatch(/MII|BEGIN/);
    }
  });
});
