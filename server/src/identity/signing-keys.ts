import { exportJWK, generateKeyPair, importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { randomBytes } from 'node:crypto';
import type { Database } from '../database/port.ts';
import { isUniqueViolation } from '../database/port.ts';
import type { Secret } from './secret-file.ts';
import { deleteSigningKeys, insertSigningKey, readSigningKeys } from './signing-key-store.ts';
import type { SigningKeyRow } from './signing-key-store.ts';

/** A key signs for this long, then its successor. */
export const keySignsMs = 30 * 86_400_000;
/** A new key is published before it signs, so that whoever keeps our JWKS, and every other server, knows it by then. */
export const keyAnnouncedMs = 3_600_000;
/** After its successor began to sign, a key still checks what it signed. */
export const keyKeptMs = 86_400_000;
/** A token with a key that nobody knows costs a look into the database at most this often. */
const lookAgainMs = 10_000;

export interface PublicJwk {
  kty: string;
  crv: string;
  x: string;
  kid: string;
  alg: string;
  use: 'sig';
}

export interface SigningKeys {
  /** The key that signs now. */
  signing(): { kid: string; key: CryptoKey };
  /** By its id, which is a name in a list and nothing else. */
  checking(kid: string): Promise<CryptoKey | undefined>;
  published(): PublicJwk[];
  /** Reads the keys again, and makes a new one when it is time. */
  renew(): Promise<void>;
}

/** What shall happen with these keys, newest first: which signs, whether a new one is due, up to which generation they are of no use. */
export function planKeys(rows: readonly Pick<SigningKeyRow, 'generation' | 'signs_from_ms'>[], nowMs: number) {
  const signs = rows.find((row) => row.signs_from_ms <= nowMs) ?? rows.at(-1);
  const newest = rows[0];
  const nextSignsFromMs =
    newest === undefined ? nowMs : newest.signs_from_ms + keySignsMs - keyAnnouncedMs <= nowMs ? nowMs + keyAnnouncedMs : undefined;
  const older = rows.filter(({ generation }) => signs !== undefined && generation < signs.generation);
  const forgets = signs !== undefined && signs.signs_from_ms + keyKeptMs <= nowMs ? older[0]?.generation : undefined;
  return { signs: signs?.generation, nextSignsFromMs, forgets };
}

interface Loaded extends SigningKeyRow {
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  jwk: PublicJwk;
}

/** Ed25519 keys that lie in the database, sealed; every server with the secret has the same. */
export async function openSigningKeys(database: Database, secret: Secret): Promise<SigningKeys> {
  let keys: readonly Loaded[] = [];
  let byKid = new Map<string, Loaded>();
  let lookedMs = 0;

  async function load(): Promise<void> {
    const rows = await readSigningKeys(database.read);
    const known = byKid;
    keys = await Promise.all(rows.map(async (row) => ({ ...(known.get(row.kid) ?? (await unsealKey(row, secret))), ...row })));
    byKid = new Map(keys.map((key) => [key.kid, key]));
    lookedMs = performance.now();
  }

  async function renew(): Promise<void> {
    await load();
    const plan = planKeys(keys, await database.nowMs());
    if (plan.nextSignsFromMs !== undefined) await addKey(database, secret, (keys[0]?.generation ?? 0) + 1, plan.nextSignsFromMs);
    const { forgets } = plan;
    if (forgets !== undefined) await database.transaction((tx) => deleteSigningKeys(tx, forgets));
    if (plan.nextSignsFromMs !== undefined || forgets !== undefined) await load();
  }

  await renew();
  return {
    signing() {
      const { signs } = planKeys(keys, Date.now());
      const key = keys.find(({ generation }) => generation === signs);
      if (key === undefined) throw new Error('There is no key to sign with.');
      return { kid: key.kid, key: key.privateKey };
    },
    async checking(kid) {
      if (!byKid.has(kid) && performance.now() - lookedMs > lookAgainMs) await load();
      return byKid.get(kid)?.publicKey;
    },
    published: () => keys.map(({ jwk }) => jwk),
    renew,
  };
}

async function addKey(database: Database, secret: Secret, generation: number, signsFromMs: number): Promise<void> {
  const { privateKey } = await generateKeyPair('Ed25519', { extractable: true });
  const kid = randomBytes(9).toString('base64url');
  const sealed = secret.seal(JSON.stringify(await exportJWK(privateKey)), `signing key ${kid}`);
  await database
    .transaction((tx, nowMs) => insertSigningKey(tx, { generation, kid, sealed, created_ms: nowMs, signs_from_ms: signsFromMs }))
    .catch((error: unknown) => {
      // Another server made the same generation first: its key serves us as well.
      if (!isUniqueViolation(error)) throw error;
    });
}

async function unsealKey(row: SigningKeyRow, secret: Secret): Promise<Loaded> {
  let text: string;
  try {
    text = secret.unseal(row.sealed, `signing key ${row.kid}`);
  } catch (error) {
    throw new Error(
      'The signing keys in the database were sealed with another secret. Copy the secret file of the servers that made them (secretFile); ' +
        'where it is lost, delete the rows of signing_keys: everybody then renews the sign-in once.',
      { cause: error },
    );
  }
  const { d: _private, ...pub } = JSON.parse(text) as JWK;
  const [privateKey, publicKey] = await Promise.all([importJWK(JSON.parse(text) as JWK, 'EdDSA'), importJWK(pub, 'EdDSA')]);
  const jwk: PublicJwk = { kty: 'OKP', crv: 'Ed25519', x: pub.x ?? '', kid: row.kid, alg: 'EdDSA', use: 'sig' };
  return { ...row, privateKey: privateKey as CryptoKey, publicKey: publicKey as CryptoKey, jwk };
}
