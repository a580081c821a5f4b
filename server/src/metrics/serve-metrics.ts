import type { AddressInfo } from 'node:net';
import { createHttpServer } from '../http/http-server.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from './create-metrics.ts';

export interface MetricsListener {
  url: string;
  close(): Promise<void>;
}

/** A listener of its own: who scrapes needs no token, and gets to no other door. One reading at a time, however many ask. */
export async function serveMetrics(
  metrics: Metrics,
  { host, port }: { host: string; port: number },
  logger: Logger,
): Promise<MetricsListener> {
  let reading: Promise<string> | undefined;
  const scrape = (): Promise<string> => {
    reading ??= metrics.scrape().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const open = createHttpServer(
    (request, response) => {
      if (request.method !== 'GET' || request.url?.split('?', 1)[0] !== '/metrics') {
        response.writeHead(404, { 'Content-Type': 'text/plain' }).end('There is only GET /metrics.\n');
        return;
      }
      scrape().then(
        (text) => response.writeHead(200, { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' }).end(text),
        (error: unknown) => {
          logger.error({ err: error }, 'the metrics could not be read');
          response.writeHead(500).end();
        },
      );
    },
    [],
    logger,
  );
  await new Promise<void>((resolve, reject) => {
    open.http.once('error', (error) =>
      reject(
        new Error(`The metrics cannot be served at ${host}:${port}: ${error.message}. Choose another address with metrics in the configuration.`, { cause: error }),
      ),
    ); // prettier-ignore
    open.http.listen(port, host, resolve);
  });
  const { port: actual } = open.http.address() as AddressInfo;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}/metrics`, close: () => open.close() };
}
