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

/**
 * A service elsewhere, which this person's JupyterLab, notebooks and commands use instead of a laptop server. It stands in the environment
 * (`DIRACLAB_SERVICE_URL`, set by whoever runs JupyterHub) or in {@link serviceFileName} of the data directory, written by `diraclab connect`.
 * A token stays in a file of its own that only its owner can read; without a token file one signs in.
 */
export interface Service {
  /** `https://host[:port][/path]` without a slash at its end; the API is below it at `/api`. */
  url: string;
  /** Without one the person signs in (see sign-in/). */
  tokenFile?: string;
}
export const serviceFileName = 'service.json';
export const serviceUrlVariable = 'DIRACLAB_SERVICE_URL';
export const serviceTokenFileVariable = 'DIRACLAB_SERVICE_TOKEN_FILE';

/** The service that the environment names, else the one in the file's text; undefined where neither does. Throws one sentence that says what is wrong. */
export function chooseService(
  env: Readonly<Record<string, string | undefined>>,
  fileText: string | undefined,
  homeDirectory: string,
): Service | undefined {
  const url = env[serviceUrlVariable];
  if (url !== undefined && url !== '') {
    const tokenFile = env[serviceTokenFileVariable] ?? '';
    const checked = checkServiceUrl(url, serviceUrlVariable);
    // Set once for many people: each has a home of their own.
    return tokenFile === '' ? { url: checked } : { url: checked, tokenFile: tokenFile.replace(/^~(?=\/)/, homeDirectory) };
  }
  if (fileText === undefined) return undefined;
  const { url: written, tokenFile } = parseServiceFile(fileText);
  if (typeof written !== 'string' || (tokenFile !== undefined && typeof tokenFile !== 'string'))
    throw new Error(
      `${serviceFileName} in the data directory does not name a service. Run "diraclab connect" again, or "diraclab disconnect".`,
    );
  const checked = checkServiceUrl(written, serviceFileName);
  return tokenFile === undefined ? { url: checked } : { url: checked, tokenFile };
}

function parseServiceFile(text: string): { url?: unknown; tokenFile?: unknown } {
  try {
    return Object(JSON.parse(text)) as { url?: unknown; tokenFile?: unknown };
  } catch {
    return {};
  }
}

/** Gives the address without a slash at its end. A token must not cross a network in the clear: HTTP only to this machine. */
export function checkServiceUrl(text: string, where: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname));
  if (url === undefined || !isSafe || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new Error(
      `The address of a service must be https://HOST or https://HOST:PORT/PATH (http only on this machine); ${where} says ${text.slice(0, 200)}.`,
    );
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
