import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Made {
  certificate: string;
  key: string;
}

export interface MakeOptions {
  days?: number;
  extensions?: string;
}

export const proxyExtensions = 'keyUsage=critical,digitalSignature\nproxyCertInfo=critical,language:id-ppl-inheritAll';
const personExtensions = 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment';
const caExtensions = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign';

/** Certificates by openssl, as people and CAs make them. */
export class TestCa {
  readonly directory = mkdtempSync(join(tmpdir(), 'diraclab-ca-'));
  /** With the CA alone, as sites have it. */
  readonly trusted = join(this.directory, 'certificates');
  readonly root: Made;
  #made = 0;

  constructor(name = 'Test CA') {
    this.root = this.make(`/DC=org/DC=example/CN=${name}`, undefined, { extensions: caExtensions, days: 300 });
    mkdirSync(this.trusted);
    writeFileSync(join(this.trusted, '1a2b3c4d.0'), this.root.certificate);
  }

  /** Signed by `by`; by itself where there is none. */
  make(subject: string, by: Made | undefined, { days = 2, extensions = personExtensions }: MakeOptions = {}): Made {
    const at = (suffix: string): string => join(this.directory, `${this.#made}.${suffix}`);
    this.#made++;
    const openssl = (...words: string[]): void => void execFileSync('openssl', words, { stdio: 'pipe' });
    openssl('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj', subject, '-keyout', at('key'), '-out', at('csr'));
    writeFileSync(at('ext'), extensions);
    if (by !== undefined) for (const [suffix, text] of [['by', by.certificate], ['bykey', by.key]] as const) writeFileSync(at(suffix), text); // prettier-ignore
    const signer = by === undefined ? ['-signkey', at('key')] : ['-CA', at('by'), '-CAkey', at('bykey'), '-CAcreateserial'];
    openssl('x509', '-req', '-days', String(days), '-in', at('csr'), ...signer, '-extfile', at('ext'), '-out', at('crt'));
    return { certificate: readFileSync(at('crt'), 'utf8'), key: readFileSync(at('key'), 'utf8') };
  }

  person(name: string, options?: MakeOptions): Made {
    return this.make(`/DC=org/DC=example/CN=${name}`, this.root, options);
  }

  /** One proxy of a person called so. */
  proxy(name: string, person: Made, options: MakeOptions = {}): Made {
    return this.make(`/DC=org/DC=example/CN=${name}/CN=4711`, person, { extensions: proxyExtensions, ...options });
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}

/** As voms-proxy-init writes it. */
export const fileOf = (proxy: Made, ...chain: Made[]): string =>
  [proxy.certificate, proxy.key, ...chain.map(({ certificate }) => certificate)].join('');
