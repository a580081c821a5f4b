import { fillPath, toQueryString } from '@diraclab/contract';
import type { Route } from '@diraclab/contract';
import { request } from 'node:http';

export interface Input {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  /** For routes that take bytes. */
  bytes?: string;
}

export interface RawAnswer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** A request as it goes over the wire, and all of the answer. */
export function ask(address: string, token: string, route: Route, { params = {}, query = {}, body, bytes }: Input): Promise<RawAnswer> {
  const sent = bytes ?? (route.body === undefined ? undefined : JSON.stringify(body ?? {}));
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        socketPath: address.slice('unix:'.length),
        method: route.method,
        path: `/api${fillPath(route.path, params)}${toQueryString(query)}`,
        headers: { authorization: `Bearer ${token}`, ...(sent === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }) },
      }, // prettier-ignore
      (answer) => {
        let text = '';
        answer
          .setEncoding('utf8')
          .on('data', (chunk: string) => (text += chunk))
          .on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
      },
    );
    asked.on('error', reject);
    asked.end(sent);
  });
}
