import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';

/** Who asks, for limits and for the people who confirm: an address, or undefined on a socket of this machine. */
export type ClientAddress = (request: IncomingMessage) => string | undefined;

/**
 * The connection's own address; where that is a declared proxy, the last address in X-Forwarded-For that is not one. What stands further left
 * was written by whoever sent the request, so it is never believed.
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const trusted = toBlockList(trustedProxies);
  const isTrusted = (address: string): boolean => trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  return (request) => {
    let address = plain(request.socket.remoteAddress);
    if (address === undefined) return trustedProxies.length === 0 ? undefined : lastForwarded(request);
    if (!isTrusted(address)) return address;
    for (const hop of forwardedFor(request).reverse()) {
      if (isIP(hop) === 0) return address;
      address = hop;
      if (!isTrusted(hop)) return hop;
    }
    return address;
  };
}

/** A proxy that comes over the socket has no address itself. */
const lastForwarded = (request: IncomingMessage): string | undefined => {
  const last = forwardedFor(request).at(-1);
  return last !== undefined && isIP(last) !== 0 ? last : undefined;
};

/** One home or one institute has a whole /64 of IPv6: limits count that. */
export function limitKey(address: string | undefined): string | undefined {
  if (address === undefined || !isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  return [...groups, ...Array.from({ length: missing }, () => '0'), ...(tail ?? '').split(':')].slice(0, 4).join(':');
}

export function toBlockList(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of addresses) {
    const [address = '', prefix] = text.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

const forwardedFor = (request: IncomingMessage): string[] =>
  [request.headers['x-forwarded-for'] ?? []].flat().flatMap((line) => line.split(',')).map((hop) => plain(hop.trim()) ?? ''); // prettier-ignore

/** `::ffff:127.0.0.1` is 127.0.0.1. */
const plain = (address: string | undefined): string | undefined => address?.replace(/^::ffff:(?=\d+\.)/i, '');
