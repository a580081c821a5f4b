import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { createLogger } from '../logger.ts';
import { createHttpServer } from './http-server.ts';
import { createCertificateAgent, readTls } from './tls.ts';

const directory = mkdtempSync(join(tmpdir(), 'diraclab-tls-'));
afterAll(() => rmSync(directory, { recursive: true }));
const files = { certFile: join(directory, 'cert.pem'), keyFile: join(directory, 'key.pem') };

function renew(days: number): string {
  const words = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/CN=localhost',
    '-days',
    String(days),
  ];
  execFileSync('openssl', [...words, '-keyout', files.keyFile, '-out', files.certFile], { stdio: 'ignore' });
  return new X509Certificate(readFileSync(files.certFile)).fingerprint256;
}

function served(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

it('speaks HTTPS, takes a renewed certificate without a restart, and keeps the old one while the new files do not fit', async () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => void lines.push(line) });
  const first = renew(90);
  const tls = await readTls(files);
  const { http, close } = createHttpServer((_request, response) => void response.end('x'), [], logger, { tls });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const look = createCertificateAgent(http as Server, files, tls, logger);
  expect(await served(port)).toBe(first);

  const second = renew(5);
  await look();
  expect(await served(port)).toBe(second);
  expect(lines.join('')).toContain('the certificate ends soon');

  const key = readFileSync(files.keyFile);
  renew(90);
  writeFileSync(files.keyFile, key);
  await expect(look()).rejects.toThrow(/belong together/);
  expect(await served(port)).toBe(second);
  // Whoever speaks plain HTTP to it gets no answer of ours.
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  expect(lines.join('')).not.toContain('PRIVATE KEY');
  await close();
});
