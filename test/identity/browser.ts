/** What a browser shows: after redirects, without running anything. */
export interface Page {
  url: string;
  status: number;
  text: string;
  headers: Headers;
}

/** A small browser: cookies, redirects, forms. It stops before it goes to an address with a code or an error in it, so that stories can look. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly userAgent: Record<string, string>;

  constructor(headers: Record<string, string> = {}) {
    this.userAgent = headers;
  }

  async go(url: string, form?: Record<string, string>, headers: Record<string, string> = {}): Promise<Page> {
    let method = form === undefined ? 'GET' : 'POST';
    let body = form === undefined ? undefined : new URLSearchParams(form);
    for (let next = url, hop = 0; hop < 15; hop += 1) {
      const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer: Answer = await fetch(next, {
        method,
        headers: { accept: 'text/html', cookie, ...this.userAgent, ...headers },
        redirect: 'manual',
        ...(body === undefined ? {} : { body }),
      });
      this.keep(answer.headers.getSetCookie());
      const location = answer.headers.get('location');
      if (location === null) return { url: next, status: answer.status, text: await answer.text(), headers: answer.headers };
      await answer.body?.cancel();
      next = new URL(location, next).href;
      if (/[?&](code|error)=/.test(next)) return { url: next, status: answer.status, text: '', headers: answer.headers };
      method = 'GET';
      body = undefined;
    }
    throw new Error(`too many redirects from ${url}`);
  }

  /** Sends the form of a page as a person does who presses one of its buttons. */
  press(page: Page, button: Record<string, string>): Promise<Page> {
    return this.go(actionOf(page), { ...hiddenFields(page.text), ...button });
  }

  private keep(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';');
      const [name = '', ...value] = pair.split('=');
      const gone = value.join('') === '' || attributes.some((one) => /^\s*(expires=.*1970|max-age=0)/i.test(one));
      if (gone) this.cookies.delete(name.trim());
      else this.cookies.set(name.trim(), value.join('='));
    }
  }
}

type Answer = Awaited<ReturnType<typeof fetch>>;

export function hiddenFields(html: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [input] of html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
    const [, name] = /name="([^"]*)"/.exec(input) ?? [];
    if (name !== undefined) found[name] = decoded(/value="([^"]*)"/.exec(input)?.[1] ?? '');
  }
  return found;
}

export const actionOf = (page: Page): string =>
  new URL(decoded(/<form[^>]*action="([^"]*)"/.exec(page.text)?.[1] ?? page.url), page.url).href;

/** Where our page in between sends the browser. */
export function goingTo({ text }: Page): string {
  const [, url] = /<meta http-equiv="refresh" content="0;url=([^"]+)"/.exec(text) ?? [];
  if (url === undefined) throw new Error(`the page goes nowhere: ${text}`);
  return decoded(url);
}

const decoded = (text: string): string =>
  text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))).replaceAll('&amp;', '&');
