import {
  ContractError, createPersonalToken, getTokens, listMemberships, listPersonalTokens, revokePersonalToken, searchJobs, signInOptions, signOut,
  startDeviceSignIn, toProblem, whoAmI, type Answer, type HandlerInput, type Route, type TokenSet,
} from '@diraclab/contract'; // prettier-ignore
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Door {
  route: Route;
  does: (input: never) => unknown;
}
const door = <R extends Route>(route: R, does: (input: HandlerInput<R>) => Answer<R>): Door => ({ route, does });

const groups = [
  { vo: 'cta', ownerGroup: 'cta_user', properties: ['NormalUser' as const], isDefault: true },
  { vo: 'cta', ownerGroup: 'cta_prod', properties: ['NormalUser' as const, 'JobAdministrator' as const], isDefault: false },
  { vo: 'biomed', ownerGroup: 'user', properties: ['NormalUser' as const], isDefault: false },
];

/** A service that alice signs in to, made from the contract: real HTTP, one sign-in, refresh tokens that serve once. What it decides is the test's. */
export async function startTinyService() {
  const state = {
    mode: 'service' as 'service' | 'laptop',
    /** What the next polls of the device code are answered; then it is confirmed. */
    polls: [] as ('SignInPending' | 'SlowDown' | 'SignInRefused' | 'SignInExpired')[],
    choices: [] as object[],
    access: '',
    refresh: '',
    group: groups[0],
    made: [] as { tokenId: string; name: string; scopes: ('jobs:read' | 'jobs:write' | 'data:read' | 'data:write')[] }[],
    signedOut: 0,
    calls: [] as string[],
  };
  let serial = 0;
  const issue = (vo?: string, ownerGroup?: string): TokenSet => {
    state.group = groups.find((one) => one.vo === vo && one.ownerGroup === ownerGroup) ?? state.group;
    serial += 1;
    state.access = `access-canary-${serial}`;
    state.refresh = `refresh-canary-${serial}`;
    const { vo: inVo = '', ownerGroup: inGroup = '' } = state.group ?? {};
    return { accessToken: state.access, accessExpiresInS: 1200, refreshToken: state.refresh, refreshExpiresInS: 30 * 86_400, owner: 'alice', vo: inVo, ownerGroup: inGroup }; // prettier-ignore
  };
  const times = { createdTime: '2026-11-23T10:00:00.000Z', expiresTime: '2026-12-23T10:00:00.000Z', vo: 'cta', ownerGroup: 'cta_user' };

  const open: Door[] = [
    door(signInOptions, () => ({ mode: state.mode, providers: [], authorizeUrl: null, deviceUrl: null })),
    door(startDeviceSignIn, ({ body }) => {
      state.choices.push(body);
      const page = `${url}/api/identity/device`;
      return { deviceCode: 'device-canary', userCode: 'ABCD-EFGH', verificationUri: page, verificationUriComplete: `${page}?userCode=ABCD-EFGH`, expiresInS: 600, intervalS: 1 }; // prettier-ignore
    }),
    door(getTokens, ({ body }) => {
      if (body.grantType === 'refreshToken') {
        if (body.refreshToken !== state.refresh) throw new ContractError('NotSignedIn', 'The sign-in has ended.');
        return issue(body.vo, body.ownerGroup);
      }
      const refused = state.polls.shift();
      if (refused !== undefined) throw new ContractError(refused, `refused: ${refused}`);
      return issue();
    }),
    door(signOut, () => {
      state.signedOut += 1;
      state.access = state.refresh = '';
      return {};
    }),
  ];
  const closed: Door[] = [
    door(whoAmI, () => ({
      owner: 'alice', ownerGroup: state.group?.ownerGroup ?? '', vo: state.group?.vo ?? '', properties: state.group?.properties ?? [],
      personId: 1, name: 'Alice', tokenId: 'jti', tokenExpiresTime: '2026-11-23T10:20:00.000Z', scopes: null, memberships: groups,
      server: { version: '0', mode: 'service' as const, startTime: '2026-11-22T10:00:00.000Z', maxBulkJobs: 1, maxSandboxFileBytes: 1 },
    })), // prettier-ignore
    door(listMemberships, () => ({ memberships: groups })),
    door(searchJobs, () => ({ jobs: [], total: 0, next: null })),
    door(createPersonalToken, ({ body }) => {
      const made = { tokenId: `t${state.made.length + 1}`, name: body.name, scopes: body.scopes };
      state.made.push(made);
      return { ...made, ...times, token: 'dlp_secret-canary' };
    }),
    door(listPersonalTokens, () => ({ tokens: state.made.map((one) => ({ ...one, ...times })) })),
    door(revokePersonalToken, ({ params }) => {
      state.made = state.made.filter(({ tokenId }) => tokenId !== params.tokenId);
      return {};
    }),
  ];

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      try {
        const { pathname } = new URL(request.url ?? '/', 'http://localhost');
        const all = [...open, ...closed].map((one) => ({ ...one, match: matchPath(one.route.path, pathname) }));
        const found = all.find(({ route, match }) => match !== null && route.method === request.method);
        if (found === undefined) throw new ContractError('NotFound', `There is no ${request.method} ${pathname}.`);
        state.calls.push(found.route.name);
        if (closed.some(({ route }) => route === found.route) && request.headers.authorization !== `Bearer ${state.access}`)
          throw new ContractError('NotSignedIn', 'The token is not valid.');
        const body: unknown = found.route.body?.parse(JSON.parse(Buffer.concat(chunks).toString()));
        const answer = found.does({ params: found.match?.groups ?? {}, body } as never);
        response.writeHead(found.route.status ?? 200).end(JSON.stringify(answer));
      } catch (error) {
        const refusal = error instanceof ContractError ? error : new ContractError('BadRequest', String(error));
        response.writeHead(refusal.status).end(JSON.stringify(toProblem(refusal)));
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    state,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export type TinyService = Awaited<ReturnType<typeof startTinyService>>;

const matchPath = (path: string, pathname: string) => new RegExp(`^/api${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`).exec(pathname);
