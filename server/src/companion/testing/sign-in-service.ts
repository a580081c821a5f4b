import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** A service as far as a companion sees one that people sign in to: codes, tokens that rotate, doors that want the token of now, WebSockets. */
export class SignInService {
  readonly server: Server = createServer();
  readonly seen: { url: string; headers: IncomingMessage['headers'] }[] = [];
  readonly sockets = new Set<Duplex>();
  readonly signedOut: string[] = [];
  url = '';
  /** What is valid now; '' for nothing. */
  access = '';
  refresh = '';
  ownerGroup = 'cta_user';
  accessExpiresInS = 1200;
  #serial = 0;
  #codes = new Map<string, { codeChallenge: string; redirectUri: string }>();

  async start(): Promise<void> {
    this.server.on('request', (request, answer) => void this.#answer(request, answer));
    this.server.on('upgrade', (request, socket) => {
      this.sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => this.sockets.delete(socket));
      if (request.headers.authorization !== `Bearer ${this.access}`) return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      socket.resume();
    });
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/wms`;
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.closeAllConnections();
    this.server.close();
  }

  /** What the person does at the provider: gives the code for the address that Lab opened. */
  confirm(authorizeUrl: string): { redirectUri: string; state: string; code: string } {
    const query = new URL(authorizeUrl).searchParams;
    const [redirectUri, state, codeChallenge] = ['redirectUri', 'state', 'codeChallenge'].map((name) => query.get(name) ?? '') as [string, string, string]; // prettier-ignore
    const code = `code-canary-${(this.#serial += 1)}`;
    this.#codes.set(code, { codeChallenge, redirectUri });
    return { redirectUri, state, code };
  }

  async #answer(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    this.seen.push({ url: request.url ?? '', headers: request.headers });
    const say = (status: number, said: object): void => {
      answer.setHeader('Set-Cookie', 'of=the-service').setHeader('WWW-Authenticate', 'Bearer');
      answer.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(said));
    };
    const refuse = (status: number, code: string): void => say(status, { code, detail: `refused: ${code}` });
    const asked = JSON.parse(body === '' ? '{}' : body) as Record<string, string>;
    if (request.url === '/wms/api/health/live') return say(200, { status: 'live' });
    if (request.url === '/wms/api/identity/sign-out') {
      this.signedOut.push(asked['refreshToken'] ?? '');
      this.access = this.refresh = '';
      return say(200, {});
    }
    if (request.url === '/wms/api/identity/token') return this.#grant(asked, say, refuse);
    if (request.headers.authorization !== `Bearer ${this.access}`) return refuse(401, 'NotSignedIn');
    say(200, { url: request.url, ownerGroup: this.ownerGroup });
  }

  #grant(asked: Record<string, string>, say: (status: number, said: object) => void, refuse: (status: number, code: string) => void): void {
    if (asked['grantType'] === 'authorizationCode') {
      const known = this.#codes.get(asked['code'] ?? '');
      const challenge = createHash('sha256').update(asked['codeVerifier'] ?? '').digest('base64url'); // prettier-ignore
      if (known?.codeChallenge !== challenge || known.redirectUri !== asked['redirectUri']) return refuse(403, 'SignInRefused');
      this.#codes.delete(asked['code'] ?? '');
    } else if (asked['refreshToken'] !== this.refresh) {
      this.access = this.refresh = '';
      return refuse(401, 'NotSignedIn');
    }
    if (asked['ownerGroup'] === 'root') return refuse(403, 'SignInRefused');
    this.ownerGroup = asked['ownerGroup'] ?? this.ownerGroup;
    this.#serial += 1;
    this.access = `access-canary-${this.#serial}`;
    this.refresh = `refresh-canary-${this.#serial}`;
    const { access, refresh, accessExpiresInS, ownerGroup } = this;
    say(200, { accessToken: access, accessExpiresInS, refreshToken: refresh, refreshExpiresInS: 86_400, owner: 'alice', vo: 'cta', ownerGroup }); // prettier-ignore
  }
}
