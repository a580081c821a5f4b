import type { Request, Response } from 'express';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../secret-file.ts';

/** Binds a sign-in to the browser it began in. Says nothing about who sits there, and opens nothing. */
export interface BrowserCookie {
  /** Of this browser; undefined where it brings none. */
  read(request: Request): string | undefined;
  /** Of this browser, made where it has none. */
  ensure(request: Request, response: Response): string;
  /** Goes into our forms, so that no other page can send one, even where it could send the cookie along. */
  formToken(cookie: string): string;
  isFormToken(cookie: string, given: string): boolean;
}

const lifeS = 900;

/** Over HTTPS with the prefix that keeps neighbours on other host names from setting one (cookie tossing). */
export function createBrowserCookie(publicUrl: string, secret: Secret): BrowserCookie {
  const isSecure = publicUrl.startsWith('https:');
  const name = isSecure ? '__Host-diraclab-sign-in' : 'diraclab-sign-in';
  const formToken = (cookie: string): string => secret.derive(cookie, 'form');
  const read = (request: Request): string | undefined => {
    for (const pair of (request.headers.cookie ?? '').split(';')) {
      const [, value] = new RegExp(`^\\s*${name}=([A-Za-z0-9_-]{43})\\s*$`).exec(pair) ?? [];
      if (value !== undefined) return value;
    }
    return undefined;
  };
  return {
    read,
    ensure(request, response) {
      const value = read(request) ?? randomBytes(32).toString('base64url');
      response.setHeader('Set-Cookie', `${name}=${value}; Path=/; Max-Age=${lifeS}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`);
      return value;
    },
    formToken,
    isFormToken(cookie, given) {
      const [a, b] = [Buffer.from(formToken(cookie)), Buffer.from(given)];
      return a.length === b.length && timingSafeEqual(a, b);
    },
  };
}
