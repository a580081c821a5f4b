import { getJwks, whoAmI } from '@diraclab/contract';
import { createHmac, generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAccessTokens } from '../../server/src/identity/access-tokens.ts';
import { ensureSecretFile } from '../../server/src/identity/secret-file.ts';
import { openSigningKeys } from '../../server/src/identity/signing-keys.ts';
import { describeGrid } from '../../server/src/testing/test-grid.ts';
import { serviceConfig, signIn, useStages } from './stage.ts';
import type { Stage } from './stage.ts';

type Json = Record<string, unknown>;
const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const decode = (part = ''): Json => JSON.parse(Buffer.from(part, 'base64url').toString()) as Json;

/** The server's own keys, as whoever has database and secret file could use them. */
async function ownKeys(stage: Stage) {
  const { secretFile } = await serviceConfig(stage.provider, stage.publicUrl);
  return openSigningKeys(stage.grid.database, await ensureSecretFile(secretFile));
}

/** Signed with the service's real key: only what is said in it can be wrong. */
async function signedWith(stage: Stage, header: Json, payload: Json): Promise<string> {
  const { kid, key } = (await ownKeys(stage)).signing();
  const { CompactSign } = await import('jose');
  return new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'at+jwt', ...header })
    .sign(key);
}

const status = async (stage: Stage, token: string): Promise<number> =>
  (await fetch(`${stage.publicUrl}/api/whoami`, { headers: { authorization: `Bearer ${token}` } })).status;

describeGrid('forged tokens', (start) => {
  const stages = useStages();

  it('nobody gets in with a token that the service did not make, for this door, in its time', async () => {
    const stage = await stages.open(start);
    const { accessToken } = await signIn(stage, 'alice');
    const [head, body, signature = ''] = accessToken.split('.');
    const header = decode(head);
    const payload = decode(body);
    const nowS = Math.floor(Date.now() / 1000);
    const { keys } = await stage.call(getJwks, {});
    const hmac = (secret: string): string => {
      const text = `${encode({ ...header, alg: 'HS256' })}.${body}`;
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
    };
    const own = generateKeyPairSync('ed25519');
    const foreign = (more: Json): string => {
      const text = `${encode({ ...header, ...more })}.${body}`;
      return `${text}.${signBytes(null, Buffer.from(text), own.privateKey).toString('base64url')}`;
    };
    // The way of making them is right: with nothing wrong it opens.
    expect(await status(stage, await signedWith(stage, {}, payload))).toBe(200);

    const forged: Record<string, string> = {
      'alg none': `${encode({ ...header, alg: 'none' })}.${body}.`,
      'alg None with a signature': `${encode({ ...header, alg: 'None' })}.${body}.${signature}`,
      'HS256 with the public key': hmac(keys[0]?.x ?? ''),
      'HS256 with the whole public key': hmac(JSON.stringify(keys[0])),
      'HS256 with nothing': hmac(''),
      'no signature': `${head}.${body}.`,
      'another payload': `${head}.${encode({ ...payload, owner: 'bob' })}.${signature}`,
      'a key of one’s own': foreign({}),
      'a key of one’s own in the header': foreign({ jwk: own.publicKey.export({ format: 'jwk' }) }),
      'kid that climbs': foreign({ kid: '../../../../dev/null' }),
      'kid that is an address': foreign({ kid: 'http://127.0.0.1/keys' }),
      'kid that asks the database': foreign({ kid: "' or 1=1 --" }),
      'kid of a prototype': foreign({ kid: '__proto__' }),
      'no kid': foreign({ kid: undefined }),
      'expired': await signedWith(stage, {}, { ...payload, iat: nowS - 1300, exp: nowS - 31 }),
      'not yet': await signedWith(stage, {}, { ...payload, nbf: nowS + 60 }),
      'without an end': await signedWith(stage, {}, { ...payload, exp: undefined }),
      'another audience': await signedWith(stage, {}, { ...payload, aud: `${stage.publicUrl}/other` }),
      'no audience': await signedWith(stage, {}, { ...payload, aud: undefined }),
      'another issuer': await signedWith(stage, {}, { ...payload, iss: 'https://evil.example.org' }),
      'another type': await signedWith(stage, { typ: 'JWT' }, payload),
      'a critical extension': await signedWith(stage, { crit: ['exp'] , exp: 1}, payload).catch(() => 'x.y.z'),
      'a family that is not there': await signedWith(stage, {}, { ...payload, familyId: 'x' }),
      'somebody else’s family': await signedWith(stage, {}, { ...payload, sub: '999999' }),
      'not JSON': `${encode('{')}.${encode('{')}.${signature}`,
      'empty parts': '..',
      'huge': `${head}.${encode({ ...payload, x: 'y'.repeat(20_000) })}.${signature}`,
    }; // prettier-ignore
    for (const [what, token] of Object.entries(forged)) expect([what, await status(stage, token)]).toEqual([what, 401]);
    expect(await status(stage, accessToken)).toBe(200);
  });

  it('a token that names an address for its key makes nobody fetch it; a flood of unknown keys is answered from memory', async () => {
    let asked = 0;
    const trap = createServer((_request, response) => {
      asked += 1;
      response.end('{}');
    });
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
    try {
      const stage = await stages.open(start);
      const { accessToken } = await signIn(stage, 'alice');
      const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/`;
      const [head, body, signature] = accessToken.split('.');
      for (const header of [{ jku: url }, { x5u: url }, { jku: url, kid: 'new' }, { iss: url }])
        expect(await status(stage, `${encode({ ...decode(head), ...header })}.${body}.${signature}`)).toBe(401);
      expect(asked).toBe(0);
    } finally {
      trap.closeAllConnections();
      trap.close();
    }
  });
});

describeGrid('keys', (start) => {
  const stages = useStages();

  it('a flood of unknown key ids looks into the database once in ten seconds', async () => {
    const stage = await stages.open(start);
    const { secretFile } = await serviceConfig(stage.provider, stage.publicUrl);
    let reads = 0;
    const counting = new Proxy(stage.grid.database, {
      get(target, name) {
        if (name === 'read') reads += 1;
        return Reflect.get(target, name, target) as unknown;
      },
    });
    const keys = await openSigningKeys(counting, await ensureSecretFile(secretFile));
    const before = reads;
    for (let i = 0; i < 500; i += 1) expect(await keys.checking(`unknown-${i}`)).toBeUndefined();
    expect(reads - before).toBeLessThanOrEqual(1);
  });

  it('changed mid-flight: tokens of the old key go on, new ones come from the new key, published before it signs', async () => {
    const stage = await stages.open(start);
    const tokens = await signIn(stage, 'alice');
    const makeOlder = (ms: number): Promise<void> =>
      stage.grid.database.transaction(async (tx) => {
        await tx.updateTable('signing_keys').set((eb) => ({ signs_from_ms: eb('signs_from_ms', '-', ms) })).execute();
      }); // prettier-ignore
    const keys = await ownKeys(stage);
    const old = keys.signing().kid;
    await makeOlder(30 * 86_400_000 - 60_000);
    await keys.renew();
    expect(keys.published()).toHaveLength(2);
    expect(keys.signing().kid).toBe(old);
    // An hour later.
    await makeOlder(3_660_000);
    await keys.renew();
    const [newer] = keys.published();
    expect(keys.signing().kid).toBe(newer?.kid);
    expect(newer?.kid).not.toBe(old);
    // The server did not look since, and still takes a token of the key that it has not seen.
    const made = createAccessTokens(keys, stage.publicUrl, `${stage.publicUrl}/api`);
    const claims = decode(tokens.accessToken.split('.')[1]) as {
      sub: string;
      owner: string;
      vo: string;
      ownerGroup: string;
      familyId: string;
    };
    const fresh = await made.issue({ ...claims, personId: Number(claims.sub) });
    expect(decode(fresh.split('.')[0])['kid']).toBe(newer?.kid);
    for (let waitedMs = 0; (await status(stage, fresh)) !== 200 && waitedMs < 15_000; waitedMs += 250)
      await new Promise((next) => setTimeout(next, 250));
    expect(await stage.as(fresh)(whoAmI, {})).toMatchObject({ owner: 'alice' });
    expect(await stage.as(tokens.accessToken)(whoAmI, {})).toMatchObject({ owner: 'alice' });
    // A day after it was relieved, the old key is forgotten.
    await makeOlder(86_400_000);
    await keys.renew();
    expect(keys.published().map(({ kid }) => kid)).not.toContain(old);
  });

  it('another secret cannot open the keys, and says what to do', async () => {
    const stage = await stages.open(start);
    const other = await ensureSecretFile(`${stage.grid.dataDirectory}/other-secret`);
    await expect(openSigningKeys(stage.grid.database, other)).rejects.toThrow(/Copy the secret file/);
  });
});
