import type { IncomingMessage } from 'node:http';
import { createClientAddress, limitKey } from './client-address.ts';
import { createRateLimit } from './rate-limit.ts';

const request = (remoteAddress: string | undefined, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

it('X-Forwarded-For is believed from declared proxies only, and only what they wrote themselves', () => {
  const alone = createClientAddress([]);
  expect(alone(request('203.0.113.7', '198.51.100.1'))).toBe('203.0.113.7');
  const behind = createClientAddress(['127.0.0.1', '10.0.0.0/8']);
  expect(behind(request('203.0.113.7', '198.51.100.1'))).toBe('203.0.113.7');
  expect(behind(request('::ffff:127.0.0.1', '198.51.100.1'))).toBe('198.51.100.1');
  expect(behind(request('127.0.0.1', '1.1.1.1, 198.51.100.1, 10.2.3.4'))).toBe('198.51.100.1');
  expect(behind(request('127.0.0.1', 'evil, 10.2.3.4'))).toBe('10.2.3.4');
  expect(behind(request('127.0.0.1'))).toBe('127.0.0.1');
  expect(alone(request(undefined, '198.51.100.1'))).toBeUndefined();
});

it('a /64 of IPv6 is one asker', () => {
  expect(limitKey('2001:db8::1')).toBe(limitKey('2001:db8:0:0:ffff::2'));
  expect(limitKey('2001:db8::1')).not.toBe(limitKey('2001:db8:0:1::1'));
  expect(limitKey('198.51.100.1')).toBe('198.51.100.1');
});

it('a limit gives each asker a share, says when to come again, and refills', () => {
  const limit = createRateLimit('things', 60);
  for (let i = 0; i < 60; i += 1) limit.take('a', 0);
  expect(() => limit.take('a', 0)).toThrow(expect.objectContaining({ code: 'TooManyRequests', ids: { retryAfterS: 1 } }) as Error);
  limit.take('b', 0);
  limit.take('a', 1_000);
  expect(() => limit.check('a', 1_000)).toThrow();
  limit.take(undefined, 0);
});
