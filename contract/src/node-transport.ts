import { request as httpRequest } from 'node:http';
import { Agent } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Transport } from './client';

/**
 * Carries requests by `node:http`, over TCP (`http://host:port`, `https://…`) or over a socket path (`unix:/path`), which fetch cannot.
 * Keeps connections alive; the sockets do not keep the process alive once it has nothing else to do.
 */
export function nodeTransport(address: string): Transport {
  const agent = new Agent({ keepAlive: true, maxSockets: 32, timeout: 120_000 });
  const unixPath = address.startsWith('unix:') ? address.slice('unix:'.length) : undefined;
  const url = unixPath === undefined ? new URL(address) : undefined;
  const isHttps = url?.protocol === 'https:';
  const basePath = url === undefined ? '' : url.pathname.replace(/\/$/, '');

  return ({ method, path, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const sent = { ...headers };
      if (typeof body === 'string') sent['content-length'] = String(Buffer.byteLength(body));
      const request = (isHttps ? httpsRequest : httpRequest)(
        {
          ...(unixPath === undefined ? { hostname: url?.hostname, port: url?.port } : { socketPath: unixPath }),
          path: basePath + path,
          method,
          headers: { host: url?.host ?? 'localhost', ...sent },
          ...(isHttps ? {} : { agent }),
          ...(signal === undefined ? {} : { signal }),
        },
        (answer) => {
          resolve({
            status: answer.statusCode ?? 0,
            text: async () => (await collect(answer)).toString('utf8'),
            bytes: () => collect(answer),
            stream: () => answer,
          });
        },
      );
      request.on('error', reject);
      if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) request.end(body);
      else pipeline(Readable.from(body), request).catch(reject);
    });
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
