import { connect } from 'node:net';

/** No server could be found or reached. `next` says what to do; the d-commands end with code 7. */
export class ServerUnreachable extends Error {
  readonly code = 'ServerUnreachable';
  readonly next: string;
  constructor(detail: string, next: string, cause?: unknown) {
    super(`${detail} ${next}`, cause === undefined ? undefined : { cause });
    this.name = 'ServerUnreachable';
    this.next = next;
  }
}

/** Whether somebody accepts connections there: surer than the pid in server.json, which may be another process's by now; about 1 ms. */
export function listens(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const url = address.startsWith('unix:') ? undefined : new URL(address);
    const socket =
      url === undefined
        ? connect(address.slice('unix:'.length))
        : connect(Number(url.port) || (url.protocol === 'https:' ? 443 : 80), url.hostname);
    const end = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.setTimeout(2000, () => end(false));
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

/** Nobody listens there (any more): the call was not received. ENOENT alone could also be a file that we read. */
export function isRefused(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return syscall === 'connect' && (code === 'ECONNREFUSED' || code === 'ENOENT');
}

/** A broken connection as an error that says what to do; any other error as it is. */
export function lost(error: unknown, address: string): unknown {
  const { code = '' } = (error ?? {}) as NodeJS.ErrnoException;
  if (!isRefused(error) && !/^(ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN)$/.test(code)) return error;
  return new ServerUnreachable(
    `The connection to the server at ${address} failed (${code}).`,
    'Is it still running? Asking again may help.',
    error,
  );
}
