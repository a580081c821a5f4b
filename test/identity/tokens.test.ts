import {
  createPersonalToken, getJob, getTokens, killJobs, listPersonalTokens, livePath, revokePersonalToken, searchJobs, signOut, submitJobs, whoAmI,
} from '@diraclab/contract'; // prettier-ignore
import type { TokenSet } from '@diraclab/contract';
import { io } from 'socket.io-client';
import { changeRegistry } from '../../server/src/registry/change-registry.ts';
import { readEntry } from '../../server/src/registry/registry-store.ts';
import { describeGrid } from '../../server/src/testing/test-grid.ts';
import { until } from '../grid/real-server.ts';
import { signIn, useStages } from './stage.ts';
import type { Stage } from './stage.ts';

const renew = (stage: Stage, { refreshToken }: TokenSet, more: { vo?: string; ownerGroup?: string } = {}): Promise<TokenSet> =>
  stage.call(getTokens, { body: { grantType: 'refreshToken', refreshToken, ...more } });

const hello = { description: { executable: '/bin/true' } };

/** A manager takes bob out of everything. */
async function removeMemberships({ grid }: Stage, owner: string): Promise<void> {
  await grid.database.transaction(async (tx, nowMs) => {
    const entry = await readEntry(tx, 'person', owner);
    if (entry === undefined) throw new Error(`nobody is called ${owner}`);
    const body = { ...entry.body, memberships: [] };
    await changeRegistry(tx, { owner: 'operator' }, 'out', nowMs, async () => [{ kind: 'person', name: owner, body }]);
  });
}

async function connectLive(stage: Stage, token: string): Promise<{ closed: () => boolean; close(): void }> {
  const socket = io(stage.publicUrl, { path: livePath, transports: ['websocket'], auth: { token }, reconnection: false, forceNew: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return { closed: () => socket.disconnected, close: () => void socket.disconnect() };
}

describeGrid('tokens', (start) => {
  const stages = useStages();

  it('a refresh token serves once; the second use ends the whole sign-in, the newest tokens included', async () => {
    const stage = await stages.open(start);
    const first = await signIn(stage, 'alice');
    const second = await renew(stage, first);
    const third = await renew(stage, second);
    expect(await stage.as(third.accessToken)(whoAmI, {})).toMatchObject({ owner: 'alice' });
    await expect(renew(stage, first)).rejects.toMatchObject({
      code: 'SignInExpired',
      message: expect.stringContaining('used before') as string,
    });
    await expect(renew(stage, third)).rejects.toMatchObject({ code: 'SignInExpired' });
    for (const { accessToken } of [first, second, third])
      await expect(stage.as(accessToken)(whoAmI, {})).rejects.toMatchObject({ code: 'NotSignedIn' });
  });

  it('of many renewals at once with one token one succeeds, and the sign-in ends', async () => {
    const stage = await stages.open(start);
    const tokens = await signIn(stage, 'alice');
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => renew(stage, tokens)));
    const won = results.filter((result) => result.status === 'fulfilled');
    expect(won).toHaveLength(1);
    await expect(renew(stage, (won[0] as PromiseFulfilledResult<TokenSet>).value)).rejects.toMatchObject({ code: 'SignInExpired' });
  });

  it('alice changes to her other community, and to none that is not hers; a refused change costs her nothing', async () => {
    const stage = await stages.open(start);
    const first = await signIn(stage, 'alice');
    await expect(renew(stage, first, { vo: 'vo.other.org', ownerGroup: 'example_admin' })).rejects.toMatchObject({ code: 'SignInRefused' });
    await expect(renew(stage, first, { vo: 'vo.of.nobody', ownerGroup: 'x' })).rejects.toMatchObject({ code: 'SignInRefused' });
    const other = await renew(stage, first, { vo: 'vo.other.org', ownerGroup: 'other_user' });
    expect(await stage.as(other.accessToken)(whoAmI, {})).toMatchObject({ vo: 'vo.other.org', ownerGroup: 'other_user' });
    expect(await renew(stage, other)).toMatchObject({ vo: 'vo.other.org' });
  });

  it('signed out: nothing opens any more, and live connections end; a second time is as good', async () => {
    const stage = await stages.open(start);
    const tokens = await signIn(stage, 'alice');
    const live = await connectLive(stage, tokens.accessToken);
    await stage.call(signOut, { body: { refreshToken: tokens.refreshToken } });
    await expect(stage.as(tokens.accessToken)(whoAmI, {})).rejects.toMatchObject({ code: 'NotSignedIn' });
    await expect(renew(stage, tokens)).rejects.toMatchObject({ code: 'SignInExpired' });
    await until('the live connection ends', () => (live.closed() ? true : undefined));
    await stage.call(signOut, { body: { refreshToken: tokens.refreshToken } });
    await stage.call(signOut, { body: { refreshToken: 'dlr_of-nobody' } });
  });

  it('whoever is taken out of a community is out within a minute, without signing out', async () => {
    const stage = await stages.open(start);
    const tokens = await signIn(stage, 'bob');
    const { token } = await stage.as(tokens.accessToken)(createPersonalToken, {
      body: { name: 'cron', scopes: ['jobs:read'], expiresInS: 3600 },
    });
    const live = await connectLive(stage, tokens.accessToken);
    const beganMs = performance.now();
    await removeMemberships(stage, 'bob');
    const refused = (of: string) => stage.as(of)(whoAmI, {}).then(() => undefined, () => true); // prettier-ignore
    await until('the access token opens nothing', () => refused(tokens.accessToken));
    await until('the personal token opens nothing', () => refused(token));
    await until('the live connection ends', () => (live.closed() ? true : undefined));
    expect(performance.now() - beganMs).toBeLessThan(60_000);
    await expect(renew(stage, tokens)).rejects.toMatchObject({ code: 'SignInRefused' });
  });

  it('a personal token does what its scopes say and no more, and makes no tokens', async () => {
    const stage = await stages.open(start);
    const alice = stage.as((await signIn(stage, 'alice')).accessToken);
    const { jobIds } = await alice(submitJobs, { body: hello });
    const reading = await alice(createPersonalToken, { body: { name: 'plots', scopes: ['jobs:read'], expiresInS: 3600 } });
    expect(reading.token).toMatch(/^dlp_/);
    const script = stage.as(reading.token);
    expect((await script(searchJobs, { body: {} })).total).toBe(1);
    expect(await script(whoAmI, {})).toMatchObject({ scopes: ['jobs:read'], tokenId: reading.tokenId });
    await expect(script(submitJobs, { body: hello })).rejects.toMatchObject({ code: 'NotAllowed' });
    await expect(script(killJobs, { body: { jobIds } })).rejects.toMatchObject({ code: 'NotAllowed' });
    const newToken = { name: 'more', scopes: ['jobs:write' as const], expiresInS: 3600 };
    for (const refused of [script(createPersonalToken, { body: newToken }), script(listPersonalTokens, {}), script(revokePersonalToken, { params: { tokenId: reading.tokenId } })])
      await expect(refused).rejects.toMatchObject({ code: 'NotAllowed' }); // prettier-ignore
    expect(JSON.stringify(await alice(listPersonalTokens, {}))).not.toContain(reading.token);

    const bob = stage.as((await signIn(stage, 'bob')).accessToken);
    expect((await bob(listPersonalTokens, {})).tokens).toEqual([]);
    const tokenId = reading.tokenId;
    const absent = await bob(revokePersonalToken, { params: { tokenId: 'x'.repeat(tokenId.length) } }).catch(
      (error: Error) => error.message,
    );
    const hers = await bob(revokePersonalToken, { params: { tokenId } }).catch((error: Error) => error.message);
    expect(String(hers).replaceAll(tokenId, 'ID')).toBe(String(absent).replaceAll('x'.repeat(tokenId.length), 'ID'));

    await alice(revokePersonalToken, { params: { tokenId } });
    await expect(script(getJob, { params: { jobId: jobIds[0] ?? 0 } })).rejects.toMatchObject({ code: 'NotSignedIn' });
    expect((await alice(listPersonalTokens, {})).tokens).toEqual([]);
  });
});
