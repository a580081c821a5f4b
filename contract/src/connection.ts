/**
 * How a client on the same machine finds the laptop server: the server writes `server.json` into its data directory when it listens and
 * removes it when it stops; beside it lies `token` (mode 0600). A client must check that `pid` lives or simply try.
 */
export interface ServerFile {
  /** `unix:/path` or `http://host:port`: what nodeTransport takes. */
  address: string;
  pid: number;
  version: string;
  startTime: string;
}
export const serverFileName = 'server.json';
export const tokenFileName = 'token';
