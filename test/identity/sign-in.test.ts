import { listMemberships, searchJobs, submitJobs, whoAmI } from '@diraclab/contract';
import { describeGrid } from '../../server/src/testing/test-grid.ts';
import { askAsLab, signIn, signInBrowser, useStages } from './stage.ts';

describeGrid('signing in', (start) => {
  const stages = useStages();

  it('alice signs in from her Lab and works with it; bob sees nothing of hers', async () => {
    const stage = await stages.open(start);
    const tokens = await signIn(stage, 'alice');
    expect(tokens).toMatchObject({ owner: 'alice', vo: 'vo.example.org', ownerGroup: 'example_user', accessExpiresInS: 1200 });
    const alice = stage.as(tokens.accessToken);
    expect(await alice(whoAmI, {})).toMatchObject({
      owner: 'alice',
      name: 'Alice Example',
      vo: 'vo.example.org',
      scopes: null,
      server: { mode: 'service' },
    });
    const { memberships } = await alice(listMemberships, {});
    expect(memberships.map(({ ownerGroup }) => ownerGroup).sort()).toEqual(['example_admin', 'example_user', 'other_user']);
    await alice(submitJobs, { body: { description: { executable: '/bin/true' } } });
    expect((await alice(searchJobs, { body: {} })).total).toBe(1);
    const bob = stage.as((await signIn(stage, 'bob')).accessToken);
    expect((await bob(searchJobs, { body: {} })).total).toBe(0);
  });

  it('whom no community admits is told so, and the Lab hears it', async () => {
    const stage = await stages.open(start);
    const answer = await signInBrowser(askAsLab(stage), 'carol');
    expect(answer.searchParams.get('error')).toBe('access_denied');
    expect(answer.searchParams.get('code')).toBeNull();
  });
});
