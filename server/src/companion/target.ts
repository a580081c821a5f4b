import type { ContractError } from '@diraclab/contract/errors';
import { request as httpRequest } from 'node:http';
import type { ClientRequest, RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** What `node:http` and `node:net` take to connect; with `tls`, what `node:https` and `node:tls` take. */
export type Endpoint = { socketPath: string } | { host: string; port: number; tls?: true };

/** Where requests go: the laptop's own server, or a service. */
export interface Target {
  /** In messages: `server (pid 7)`, `service https://…`. */
  name: string;
  endpoint: Endpoint;
  /** Undefined only where the person is not signed in: then the doors for everybody are open, and no other. */
  token: string | undefined;
  /** Of a service: what its own proxy tells hosts apart by, and what stands before `/api` there. */
  remote?: { host: string; basePath: string };
  signIn?: TargetSignIn;
}

/** Of a service that people sign in to. */
export interface TargetSignIn {
  /** Why there is no token. */
  missing: ContractError | undefined;
  /** The service refused the token before its time: resolves when it has been renewed, or the sign-in found to have ended. Never rejects. */
  onRefused(): Promise<void>;
}

export function sendTo({ endpoint }: Target, options: RequestOptions): ClientRequest {
  if (!isTls(endpoint)) return httpRequest({ ...endpoint, ...options });
  const { host, port } = endpoint;
  return httpsRequest({ host, port, servername: serverName(host), ...options });
}

/** `onReady` once bytes may be written; the socket's errors are the caller's. */
export function connectTo({ endpoint }: Target, onReady: () => void): Socket {
  if ('socketPath' in endpoint) return connect({ path: endpoint.socketPath }, onReady);
  const { host, port } = endpoint;
  if (!isTls(endpoint)) return connect({ host, port }, onReady);
  return connectTls({ host, port, servername: serverName(host), ALPNProtocols: ['http/1.1'] }, onReady);
}

export const isTls = (endpoint: Endpoint): endpoint is { host: string; port: number; tls: true } =>
  'tls' in endpoint && endpoint.tls === true;

/** An address is no name that a certificate is chosen by. */
const serverName = (host: string): string => (/^[\d.]+$|:/.test(host) ? '' : host);
